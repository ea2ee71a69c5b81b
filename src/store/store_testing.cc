#include "store/store_testing.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace azekura::store {

TemporaryFolder::TemporaryFolder() {
  path_ = (std::filesystem::temp_directory_path() / "azekura-store-XXXXXX").string();
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::map<std::string, std::string> contents(Store& store, std::string_view prefix) {
  std::map<std::string, std::string> all;
  const Status status = store.scan(as_bytes(prefix), [&](ByteView key, ByteView value) {
    all.emplace(as_text(key), as_text(value));
    return true;
  });
  if (!status) throw std::runtime_error(status.error().message);
  return all;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, std::string_view octets) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(octets.data(), static_cast<std::streamsize>(octets.size()));
  file.close();
  if (!file || chmod(path.c_str(), 0600) != 0) throw std::runtime_error("cannot write " + path);
}

std::string in_child(const std::function<std::string()>& body) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) {
    close(ends[0]);
    std::string answer;
    try {
      answer = body();
    } catch (const std::exception& exception) {
      answer = std::string("exception: ") + exception.what();
    }
    const ssize_t size = write(ends[1], answer.data(), answer.size());
    _exit(size == static_cast<ssize_t>(answer.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string answer;
  char chunk[512];
  for (ssize_t size = 0; (size = read(ends[0], chunk, sizeof chunk)) > 0;) {
    answer.append(chunk, static_cast<std::size_t>(size));
  }
  close(ends[0]);
  int status = 0;
  if (waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid");
  if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
  return answer;
}

}  // namespace azekura::store
