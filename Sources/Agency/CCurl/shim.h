#pragma once
#include <curl/curl.h>

// Swift cannot call variadic functions; one for each kind of argument.

typedef size_t (*accord_curl_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode accord_curl_long(CURL *curl, CURLoption option, long value) {
  return curl_easy_setopt(curl, option, value);
}

static inline CURLcode accord_curl_text(CURL *curl, CURLoption option, const char *value) {
  return curl_easy_setopt(curl, option, value);
}

static inline CURLcode accord_curl_pointer(CURL *curl, CURLoption option, void *value) {
  return curl_easy_setopt(curl, option, value);
}

static inline CURLcode accord_curl_function(
    CURL *curl, CURLoption option, accord_curl_callback value) {
  return curl_easy_setopt(curl, option, value);
}

static inline CURLcode accord_curl_status(CURL *curl, long *status) {
  return curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
}
