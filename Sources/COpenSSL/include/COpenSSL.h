#ifndef PDEX_COPENSSL_H
#define PDEX_COPENSSL_H

#include <stddef.h>
#include <stdint.h>

// What the service needs from OpenSSL 3: SHA-256, random bytes, RSA and P-384 keys, signatures with SHA-384. Functions
// that return int return 1 for success and 0 for failure, and leave no error on the queue.

typedef struct evp_pkey_st copenssl_key;

typedef enum {
    copenssl_kind_other = 0,
    copenssl_kind_rsa = 1,
    copenssl_kind_p384 = 2,
} copenssl_kind;

int copenssl_sha256(const void *bytes, size_t count, uint8_t digest[32]);
int copenssl_random(uint8_t *bytes, size_t count);

// Reads PKCS#8, PKCS#1 or SEC 1 in PEM; NULL when unreadable or encrypted.
copenssl_key *copenssl_read_private_pem(const uint8_t *pem, size_t count);
copenssl_key *copenssl_generate_rsa(unsigned int bits);
copenssl_key *copenssl_generate_p384(void);
void copenssl_free(copenssl_key *key);

copenssl_kind copenssl_kind_of(const copenssl_key *key);
int copenssl_bits(const copenssl_key *key);

// Writes PKCS#8 PEM; returns the length, or 0 when it fails or `capacity` is too small.
size_t copenssl_write_private_pem(const copenssl_key *key, uint8_t *pem, size_t capacity);

// A number of an RSA key, big-endian: 'n' or 'e'; returns its length, 0 on failure.
size_t copenssl_rsa_number(const copenssl_key *key, char which, uint8_t *bytes, size_t capacity);
// The coordinates of a P-384 point, 48 bytes each.
int copenssl_p384_point(const copenssl_key *key, uint8_t x[48], uint8_t y[48]);

// A big-endian number.
typedef struct {
    const uint8_t *bytes;
    size_t count;
} copenssl_number;

// A public key when `parts` is 2 (n, e), a private one when it is 8 (n, e, d, p, q, dp, dq, qi).
copenssl_key *copenssl_rsa_from_numbers(const copenssl_number *numbers, size_t parts);
// A P-384 key from its point and, unless `d` is NULL, its private number; the two are checked against each other.
copenssl_key *copenssl_p384_from_numbers(const uint8_t x[48], const uint8_t y[48], const copenssl_number *d);

// Signs with SHA-384: PKCS#1 v1.5 for RSA (RFC 7518 §3.3), r‖s for P-384 (RFC 7518 §3.4); returns the length or 0.
size_t copenssl_sign(copenssl_key *key, const uint8_t *message, size_t count, uint8_t *signature, size_t capacity);
int copenssl_verify(
    copenssl_key *key, const uint8_t *message, size_t count, const uint8_t *signature, size_t signature_count);

#endif
