#pragma once
// What the program tells the page script, in JavaScript (page_calls.cpp). The text is valid during the call
// only.

extern "C" {

void page_share(const char* query);  // "?scenario=split_brain&t=1200000": the person wants this link
void page_save(const char* name, const char* text);  // the person wants this file
void page_theme(bool dark);                          // the person chose these colours
void page_scenario(const char* name);                // this one was opened
void page_cursor(int cursor);                        // an ImGuiMouseCursor
void page_tell(const char* news);                    // for who cannot see: one sentence a line
void page_mark(const char* name);                    // a moment worth measuring

}  // extern "C"
