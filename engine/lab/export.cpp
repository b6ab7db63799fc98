#include "lab/export.h"

#include <array>
#include <functional>
#include <map>
#include <ostream>

#include <nlohmann/json.hpp>

#include "lab/export_svg.h"
#include "lab/export_tla.h"
#include "lab/narration.h"
#include "lab/play.h"
#include "lab/run.h"

namespace raftarium::lab {

namespace {

using OrderedJson = nlohmann::ordered_json;

std::string dump(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

// Plays to the end of the span and shows every moment within it.
void each_moment(const Scenario& scenario, const ExportOptions& options,
                 const std::function<void(const sim::World&)>& show, raft::Observer* tracer = nullptr) {
  Run run(std::make_shared<const Scenario>(scenario));
  run.set_tracer(tracer);
  const Journal journal = journal_of(scenario);
  const sim::TimeUs end = std::min(options.until_us, scenario.end_us());
  while (run.has_due(end, journal)) {
    run.step(journal);
    if (!run.world().events().empty() && run.world().now_us() >= options.from_us) show(run.world());
  }
}

void write_story(const Scenario& scenario, const ExportOptions& options, std::ostream& out) {
  out << scenario.title << " (seed " << scenario.cluster.seed << ")\n";
  each_moment(scenario, options, [&](const sim::World& world) {
    for (const StoryLine& line : narrate(world)) {
      out << "  " << seconds(line.time_us) << "  " << line.what;
      if (!line.why.empty()) out << "  " << line.why;
      out << '\n';
    }
  });
}

// What Markdown would take for its own.
std::string for_markdown(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]<>|#").find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void write_markdown(const Scenario& scenario, const ExportOptions& options, std::ostream& out) {
  out << "# " << for_markdown(scenario.title) << "\n\n";
  if (!scenario.description.empty()) out << for_markdown(scenario.description) << "\n\n";
  out << scenario.cluster.members << " members, seed " << scenario.cluster.seed << ".\n\n";
  for (const std::string& source : scenario.sources) out << "- Source: " << for_markdown(source) << '\n';
  out << "\n| time | what | why |\n|---|---|---|\n";
  each_moment(scenario, options, [&](const sim::World& world) {
    for (const StoryLine& line : narrate(world)) {
      out << "| " << seconds(line.time_us) << " | " << for_markdown(line.what) << " | "
          << for_markdown(line.why) << " |\n";
    }
  });
  if (scenario.expectations.empty()) return;
  out << "\n## Expectations\n\n";
  for (const Verdict& verdict : play(scenario, {}).verdicts) {
    out << "- " << (verdict.met ? "met" : "**not met**") << ": `" << verdict.expectation << "` ("
        << for_markdown(verdict.why) << ")\n";
  }
}

const char* word_of(sim::Event::Kind kind) {
  static constexpr std::array kWords{"acted",         "act_refused",     "raft",
                                     "sent",          "delivered",       "lost",
                                     "request_sent",  "request_refused", "request_timed_out",
                                     "request_done",  "violated",        "snapshot_part",
                                     "snapshot_made", "recovered",       "storage_failed"};
  return kWords.at(static_cast<std::size_t>(kind));
}

void put_configuration(OrderedJson& json, const raft::ConfState& configuration) {
  const auto put = [&](const char* field, const std::vector<raft::NodeId>& nodes) {
    for (const raft::NodeId node : nodes) json[field].push_back(node.value());
  };
  put("voters", configuration.voters);
  put("outgoing", configuration.voters_outgoing);
  put("learners", configuration.learners);
}

OrderedJson event_json(const sim::World& world, const sim::Event& event) {
  using Kind = sim::Event::Kind;
  OrderedJson json = {
      {"event", world.moments()}, {"time_us", event.time_us}, {"kind", word_of(event.kind)}};
  if (event.node != raft::kNone) json["node"] = event.node.value();
  if (event.peer != raft::kNone) json["peer"] = event.peer.value();
  if (!event.term.is_zero()) json["term"] = event.term.value();
  switch (event.kind) {
    case Kind::Raft:
      json["raft"] = raft::describe(event.raft.kind);
      if (!event.raft.entry.index.is_zero()) json["index"] = event.raft.entry.index.value();
      if (event.raft.refusal != raft::Refusal::None) json["refusal"] = raft::describe(event.raft.refusal);
      if (event.raft.kind == raft::Event::Kind::ConfigurationChanged)
        put_configuration(json, world.member(event.node).status().conf_state);
      break;
    case Kind::Sent:
    case Kind::Delivered:
    case Kind::Lost:
      json["message"] = event.message_id;
      json["type"] = raft::describe(event.message_type);
      json["index"] = event.message_index.value();
      json["entries"] = event.message_entries;
      if (event.message_reject) json["reject"] = true;
      if (event.kind == Kind::Lost) json["loss"] = sim::describe(event.loss);
      break;
    case Kind::RequestSent:
    case Kind::RequestRefused:
    case Kind::RequestTimedOut:
    case Kind::RequestDone:
      json["request"] = event.request;
      if (event.kind == Kind::RequestDone) json["state"] = sim::describe(event.request_state);
      break;
    default:
      break;
  }
  json["text"] = sim::describe(event);
  return json;
}

void write_events(const Scenario& scenario, const ExportOptions& options, std::ostream& out) {
  each_moment(scenario, options, [&](const sim::World& world) {
    for (const sim::Event& event : world.events()) out << dump(event_json(world, event)) << '\n';
  });
}

// One host a member, one for the clients and one for what is done from outside. A delivery takes over what its
// sender knew when it sent.
class VectorClocks {
 public:
  std::string tick(const std::string& host) {
    ++clocks_[host][host];
    return text(host);
  }
  std::string send(const std::string& host, std::uint64_t message) {
    ++clocks_[host][host];
    sent_[message] = clocks_[host];
    return text(host);
  }
  std::string receive(const std::string& host, std::uint64_t message) {
    Clock& clock = clocks_[host];
    for (const auto& [other, count] : sent_[message]) clock[other] = std::max(clock[other], count);
    sent_.erase(message);
    ++clock[host];
    return text(host);
  }
  void forget(std::uint64_t message) { sent_.erase(message); }

 private:
  using Clock = std::map<std::string, std::uint64_t>;
  std::string text(const std::string& host) { return host + " " + dump(OrderedJson(clocks_[host])); }
  std::map<std::string, Clock> clocks_;
  std::map<std::uint64_t, Clock> sent_;
};

void write_shiviz(const Scenario& scenario, const ExportOptions& options, std::ostream& out) {
  using Kind = sim::Event::Kind;
  VectorClocks clocks;
  ExportOptions whole = options;
  whole.from_us = 0;  // the clocks must know everything, also what is not shown
  each_moment(scenario, whole, [&](const sim::World& world) {
    for (const sim::Event& event : world.events()) {
      const bool request = event.kind == Kind::RequestSent || event.kind == Kind::RequestRefused ||
                           event.kind == Kind::RequestTimedOut || event.kind == Kind::RequestDone;
      const std::string host = request                     ? "clients"
                               : event.node == raft::kNone ? "outside"
                                                           : sim::name(event.node);
      std::string stamp;
      if (event.kind == Kind::Lost) {
        clocks.forget(event.message_id);
        continue;
      }
      if (event.kind == Kind::Sent) {
        stamp = clocks.send(host, event.message_id);
      } else if (event.kind == Kind::Delivered) {
        stamp = clocks.receive(host, event.message_id);
      } else {
        stamp = clocks.tick(host);
      }
      if (event.time_us >= options.from_us)
        out << seconds(event.time_us) << ' ' << describe(event) << '\n' << stamp << '\n';
    }
  });
}

constexpr std::array<std::pair<const char*, ExportFormat>, 6> kFormats{
    {{"story", ExportFormat::Story},
     {"markdown", ExportFormat::Markdown},
     {"events", ExportFormat::Events},
     {"shiviz", ExportFormat::ShiViz},
     {"svg", ExportFormat::Svg},
     {"etcd-tla", ExportFormat::EtcdTla}}};

}  // namespace

const char* describe(ExportFormat format) { return kFormats.at(static_cast<std::size_t>(format)).first; }

std::optional<ExportFormat> parse_export_format(std::string_view word) {
  for (const auto& [name, format] : kFormats) {
    if (word == name) return format;
  }
  return std::nullopt;
}

std::vector<std::string> export_format_words() {
  std::vector<std::string> words;
  words.reserve(kFormats.size());
  for (const auto& [name, format] : kFormats) words.emplace_back(name);
  return words;
}

base::Status check_export(const Scenario& scenario, ExportFormat format) {
  return format == ExportFormat::EtcdTla ? check_tla(scenario) : base::Status();
}

void export_run(const Scenario& scenario, const ExportOptions& options, std::ostream& out) {
  switch (options.format) {
    case ExportFormat::Story:
      return write_story(scenario, options, out);
    case ExportFormat::Markdown:
      return write_markdown(scenario, options, out);
    case ExportFormat::Events:
      return write_events(scenario, options, out);
    case ExportFormat::ShiViz:
      return write_shiviz(scenario, options, out);
    case ExportFormat::Svg: {
      SpaceTimeDiagram diagram(scenario, options);
      each_moment(scenario, options, [&](const sim::World& world) { diagram.add(world); });
      diagram.write(out);
      return;
    }
    case ExportFormat::EtcdTla: {
      TlaTrace trace(scenario.cluster, out);
      return each_moment(
          scenario, options, [](const sim::World&) {}, &trace);
    }
  }
}

}  // namespace raftarium::lab
