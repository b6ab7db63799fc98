#include "web/page_calls.h"

#include <emscripten/emscripten.h>

// Module.page is the object that page.mjs hands to the program when it loads it.
// clang-format off
EM_JS(void, page_share, (const char* query), { Module["page"]["share"](UTF8ToString(query)); })
EM_JS(void, page_save, (const char* name, const char* text), {
  Module["page"]["save"](UTF8ToString(name), UTF8ToString(text));
})
EM_JS(void, page_theme, (bool dark), { Module["page"]["theme"](!!dark); })
EM_JS(void, page_scenario, (const char* name), { Module["page"]["scenario"](UTF8ToString(name)); })
EM_JS(void, page_cursor, (int cursor), { Module["page"]["cursor"](cursor); })
EM_JS(void, page_tell, (const char* news), { Module["page"]["tell"](UTF8ToString(news)); })
EM_JS(void, page_mark, (const char* name), { Module["page"]["mark"](UTF8ToString(name)); })
