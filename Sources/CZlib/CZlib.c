#include "CZlib.h"

// 15 bits of window, plus 16 to ask for gzip framing only (no zlib framing, no guessing).
enum { gzip_window = 15 + 16, memory_level = 8 };

int czlib_inflate_gzip(z_stream *stream) {
    return inflateInit2(stream, gzip_window);
}

int czlib_deflate_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY);
}
