#include "datadriven/isolated.h"

#if defined(__unix__) && !defined(__EMSCRIPTEN__)
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#define RAFTARIUM_HAS_PROCESSES 1
#endif

namespace raftarium::datadriven {

#ifdef RAFTARIUM_HAS_PROCESSES

namespace {

// What the child writes: "line N" for each directive, then "done", the report's fields a line each, and its
// texts with their lengths.
std::string encode(const Report& report) {
  std::string out = "done\n" + std::to_string(report.ok ? 1 : 0) + "\n" +
                    std::to_string(report.directives) + "\n" + std::to_string(report.line) + "\n";
  for (const std::string* text : {&report.explanation, &report.rewritten}) {
    out += std::to_string(text->size()) + "\n" + *text;
  }
  return out;
}

void write_all(int file, const std::string& text) {
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t count = write(file, text.data() + written, text.size() - written);
    if (count <= 0) return;
    written += static_cast<std::size_t>(count);
  }
}

class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {}
  bool at_end() const { return at_ >= text_.size(); }
  std::string line() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string line = text_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }
  std::size_t number() { return static_cast<std::size_t>(std::strtoull(line().c_str(), nullptr, 10)); }
  std::string text() {
    const std::size_t size = number();
    std::string text = text_.substr(std::min(at_, text_.size()), size);
    at_ += size;
    return text;
  }

 private:
  const std::string& text_;
  std::size_t at_ = 0;
};

std::string read_all(int file) {
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t count = 0; (count = read(file, part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

Report run_isolated(const std::function<Report(const Progress&)>& body) {
  std::array<int, 2> pipe_ends{};
  std::FILE* complaints = std::tmpfile();
  if (complaints == nullptr || pipe(pipe_ends.data()) != 0) return body([](int) {});
  std::cout << std::flush;
  const pid_t child = fork();
  if (child < 0) return body([](int) {});
  if (child == 0) {
    close(pipe_ends[0]);
    dup2(fileno(complaints), STDERR_FILENO);
    const Report report =
        body([&](int line) { write_all(pipe_ends[1], "line " + std::to_string(line) + "\n"); });
    write_all(pipe_ends[1], encode(report));
    _exit(0);
  }
  close(pipe_ends[1]);
  const std::string told = read_all(pipe_ends[0]);
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);

  Report report;
  Reader reader(told);
  while (!reader.at_end()) {
    const std::string line = reader.line();
    if (line.starts_with("line ")) {
      ++report.directives;
      report.line = std::atoi(line.c_str() + 5);
    } else if (line == "done") {
      report.ok = reader.number() == 1;
      report.directives = reader.number();
      report.line = static_cast<int>(reader.number());
      report.explanation = reader.text();
      report.rewritten = reader.text();
      std::fclose(complaints);
      return report;
    }
  }
  report.explanation = "  the engine gave up";
  if (WIFSIGNALED(status)) report.explanation += std::string(" (") + strsignal(WTERMSIG(status)) + ")";
  std::rewind(complaints);
  report.explanation += ":\n  " + read_all(fileno(complaints)) + "\n";
  std::fclose(complaints);
  return report;
}

#else

Report run_isolated(const std::function<Report(const Progress&)>& body) {
  return body([](int) {});
}

#endif

}  // namespace raftarium::datadriven
