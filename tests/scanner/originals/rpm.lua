-- rpm.vercmp() over stdin's lines `a <TAB> b`.
for line in io.stdin:lines() do
  local first, second = line:match("^(.-)\t(.*)$")
  io.stdout:write(rpm.vercmp(first, second), "\n")
end
