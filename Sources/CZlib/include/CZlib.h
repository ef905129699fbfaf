#ifndef PDEX_CZLIB_H
#define PDEX_CZLIB_H

#include <zlib.h>

// inflateInit2 and deflateInit2 are macros over the library's version: here they are functions, for Swift.

// Prepares `stream` to read one gzip member, including header and trailer.
int czlib_inflate_gzip(z_stream *stream);

// Prepares `stream` to write one gzip member.
int czlib_deflate_gzip(z_stream *stream, int level);

#endif
