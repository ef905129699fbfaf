#ifndef PDEX_CCURL_H
#define PDEX_CCURL_H

#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one typed function for each shape.

CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value);
CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value);
CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode ccurl_set_headers(CURL *handle, struct curl_slist *value);
CURLcode ccurl_set_on_body(CURL *handle, curl_write_callback callback, void *context);
CURLcode ccurl_set_on_header(CURL *handle, curl_write_callback callback, void *context);
CURLcode ccurl_set_on_upload(CURL *handle, curl_read_callback read, curl_seek_callback seek, void *context);
CURLcode ccurl_set_on_progress(CURL *handle, curl_xferinfo_callback callback, void *context);
CURLcode ccurl_set_on_socket(CURL *handle, curl_opensocket_callback callback, void *context);

long ccurl_get_long(CURL *handle, CURLINFO info);
curl_off_t ccurl_get_offset(CURL *handle, CURLINFO info);

// The result of a multi handle's only transfer, once it has ended: 1 and the code, otherwise 0.
int ccurl_multi_ended(CURLM *multi, CURLcode *result);

#endif
