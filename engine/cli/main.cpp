// raftarium-cli: Raftarium without a screen.

#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/usage.h"

namespace {

// What did not reach whoever asked is not done: the disk behind a `>` may be full.
int ended(int status) {
  std::cout.flush();
  if (std::cout) return status;
  std::cerr << "the standard output cannot be written\n";
  return status == 0 ? 2 : status;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace raftarium;  // NOLINT(google-build-using-namespace): this is the whole program
  CLI::App program{"Raftarium without a screen: plays scenarios and judges them."};
  program.name("raftarium");
  program.require_subcommand(1);

  cli::RunOptions options;
  CLI::App* run = program.add_subcommand("run", "Plays scenarios: the story, the expectations, the digest");
  run->add_option("files", options.files, "Scenario files (JSON)")->required();
  run->add_flag("-q,--quiet", options.quiet, "One line a file");
  run->add_flag("--json", options.json, "One JSON object a line");
#ifndef __EMSCRIPTEN__
  CLI::Option* data =
      run->add_option("--data", options.data,
                      "Keep every member's log and snapshots below this directory, on the real disk");
  run->add_flag("--resume", options.resume,
                "Go on with what an earlier run has left in the --data directory")
      ->needs(data);
#endif

  std::string file;
  CLI::App* share = program.add_subcommand("share", "Prints a scenario as the fragment of a link");
  share->add_option("file", file, "Scenario file (JSON)")->required();

  std::string link;
  CLI::App* open = program.add_subcommand("open", "Prints the scenario that a link holds");
  open->add_option("link", link, "A link, or its fragment")->required();

  cli::ExportRequest request;
  CLI::App* export_it =
      program.add_subcommand("export", "Writes what happens, for other programs and for paper");
  export_it->add_option("file", request.file, "Scenario file (JSON)")->required();
  export_it->add_option("-f,--format", request.format, "story, markdown, events, shiviz, svg or etcd-tla")
      ->required();
  export_it->add_option("-o,--output", request.target, "File to write; the standard output when left out");
  export_it->add_option("--from-ms", request.from_ms, "Milliseconds, virtual")
      ->check(cli::number("milliseconds", 0, 3'600'000));
  export_it->add_option("--until-ms", request.until_ms, "Milliseconds, virtual")
      ->check(cli::number("milliseconds", 0, 3'600'000));
  export_it->add_flag("--heartbeats", request.heartbeats, "svg: show them and their answers too");

#ifndef __EMSCRIPTEN__
  cli::WalRequest log;
  CLI::App* wal = program.add_subcommand("wal", "Looks at a member's log on disk");
  wal->require_subcommand(1);
  const auto add_wal_act = [&](const char* name, const char* what, cli::WalRequest::Act act) {
    CLI::App* command = wal->add_subcommand(name, what);
    command->add_option("directory", log.directory, "The member's directory")->required();
    command->add_flag("--json", log.json, "JSON objects, one a line");
    command->callback([&log, act] { log.act = act; });
  };
  add_wal_act("dump", "Prints every record with its place", cli::WalRequest::Act::Dump);
  add_wal_act("verify", "Says whether log and snapshots are sound", cli::WalRequest::Act::Verify);
  add_wal_act("repair", "Cuts a torn tail, keeping what it cuts; refuses anything else",
              cli::WalRequest::Act::Repair);
#endif

  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return ended(program.exit(error));  // --help
    std::cerr << cli::complaint(program, {argv + 1, argv + argc}, error.what())
              << "\nRun with --help for more information.\n";
    return 2;
  }
#ifndef __EMSCRIPTEN__
  if (*wal) return ended(cli::wal(log, std::cout, std::cerr));
#endif
  if (*share) return ended(cli::share(file, std::cout, std::cerr));
  if (*open) return ended(cli::open(link, std::cout, std::cerr));
  if (*export_it) return ended(cli::export_scenario(request, std::cout, std::cerr));
  return ended(cli::run(options, std::cout, std::cerr));
}
