#pragma once
// Metrics: what the frame's recent past adds up to, in equal slices of virtual time. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "viz/frame.h"

namespace raftarium::viz {

struct Series {
  std::string name;
  std::string unit;
  std::string now;             // what it comes to, in words
  std::vector<double> slices;  // oldest first
  double most = 0;             // of the slices
  std::int64_t known_us = 0;   // what was before is not known any more
};

struct Metrics {
  std::int64_t from_us = 0;
  std::int64_t slice_us = 1;
  std::vector<Series> series;
};

// Over the last `window_us`, or since the beginning; REQUIRES: window_us > 0, slices > 0.
Metrics compute_metrics(const Frame& frame, std::int64_t window_us, std::size_t slices);

}  // namespace raftarium::viz
