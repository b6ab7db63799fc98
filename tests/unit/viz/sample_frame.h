#pragma once
// A frame made by hand: five members, S1 leads a minority, S3 the majority. For tests of what reads frames.

#include "viz/frame.h"

namespace raftarium::viz {

Frame sample_frame();

}  // namespace raftarium::viz
