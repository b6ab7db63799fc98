#include "web/screen_reader.h"

#include <string_view>

#include "viz/text.h"

namespace raftarium::web {
namespace {

void add(std::string& news, std::string_view sentence) {
  if (sentence.empty()) return;
  if (!news.empty()) news += '\n';
  news += sentence;
}

std::string sentence(const lab::StoryLine& line) {
  return viz::kept(viz::text::seconds(line.time_us)) + " s. " + line.what +
         (line.why.empty() ? "" : " " + line.why);
}

}  // namespace

std::string ScreenReader::news(const viz::Frame& frame, const std::string& notice) {
  std::string news;
  if (notice != notice_) {
    notice_ = notice;
    add(news, notice);
  }
  if (frame.scenario_title != title_) {
    title_ = frame.scenario_title;
    branch_ = frame.branch;
    event_ = 0;
    add(news, title_ + ". " + frame.scenario_description);
  }
  if (frame.event == event_ && frame.branch == branch_) return news;
  if (frame.event < event_ || frame.branch != branch_) {
    add(news, "Now at " + viz::text::seconds(frame.time_us) + " s.");
    if (!frame.story.empty()) add(news, sentence(frame.story.back()));
  } else {
    for (const lab::StoryLine& line : frame.story) {
      if (line.event > event_) add(news, sentence(line));
    }
  }
  branch_ = frame.branch;
  event_ = frame.event;
  return news;
}

}  // namespace raftarium::web
