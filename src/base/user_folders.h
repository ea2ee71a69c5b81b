// The user's own folders (XDG Base Directory Specification).
#pragma once

#include <string>

namespace azekura {

// What an environment variable names, if it is an absolute path; else empty.
std::string folder_of_environment(const char* variable);

// $HOME, else what the system's user database says.
std::string home_folder();

// $XDG_DATA_HOME, else ~/.local/share.
std::string user_data_folder();

}  // namespace azekura
