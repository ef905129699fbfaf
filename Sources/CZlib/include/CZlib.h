#ifndef PDEX_CZLIB_H
#define PDEX_CZLIB_H

#include <zlib.h>

// inflateInit2 and deflateInit2 are macros over the library's version: functions for Swift.

// Prepares `stream` to read one gzip member, header and trailer included.
int czlib_inflate_gzip(z_stream *stream);

// Prepares `stream` to write one gzip member.
int czlib_deflate_gzip(z_stream *stream, int level);

#endif
