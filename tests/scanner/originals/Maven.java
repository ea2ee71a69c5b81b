// Maven's ComparableVersion over stdin's lines `a <TAB> b`.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.apache.maven.artifact.versioning.ComparableVersion;

public class Maven {
  public static void main(String[] arguments) throws IOException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var output = new StringBuilder();
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] pair = line.split("\t", -1);
      int order = new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]));
      output.append(Integer.signum(order)).append('\n');
    }
    System.out.print(output);
  }
}
