#include "COpenSSL.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>

enum { coordinate = 48 };

// SHA-256 runs several times for every resource: the algorithm is looked up once per process, and its context is made
// once per thread.
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;
static pthread_key_t sha256_context;
static EVP_MD *sha256_algorithm;
static int sha256_ready;

static void free_context(void *context) {
    EVP_MD_CTX_free(context);
}

static void prepare_sha256(void) {
    sha256_algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    sha256_ready = sha256_algorithm != NULL && pthread_key_create(&sha256_context, free_context) == 0;
}

static EVP_MD_CTX *own_sha256_context(void) {
    if (pthread_once(&sha256_once, prepare_sha256) != 0 || !sha256_ready) return NULL;
    EVP_MD_CTX *context = pthread_getspecific(sha256_context);
    if (context != NULL) return context;
    context = EVP_MD_CTX_new();
    if (context == NULL || pthread_setspecific(sha256_context, context) == 0) return context;
    EVP_MD_CTX_free(context);
    return NULL;
}

int copenssl_sha256(const void *bytes, size_t count, uint8_t digest[32]) {
    EVP_MD_CTX *context = own_sha256_context();
    unsigned int length = 0;
    int done = context != NULL && EVP_DigestInit_ex2(context, sha256_algorithm, NULL) == 1
        && EVP_DigestUpdate(context, bytes, count) == 1 && EVP_DigestFinal_ex(context, digest, &length) == 1
        && length == 32;
    if (!done) ERR_clear_error();
    return done;
}

int copenssl_random(uint8_t *bytes, size_t count) {
    int done = count <= INT_MAX && RAND_bytes(bytes, (int)count) == 1;
    ERR_clear_error();
    return done;
}

// An encrypted file is refused; no passphrase is requested on the terminal.
static int no_passphrase(char *buffer, int size, int writing, void *context) {
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

copenssl_key *copenssl_read_private_pem(const uint8_t *pem, size_t count) {
    if (count > INT_MAX) return NULL;
    BIO *memory = BIO_new_mem_buf(pem, (int)count);
    EVP_PKEY *key = memory ? PEM_read_bio_PrivateKey(memory, NULL, no_passphrase, NULL) : NULL;
    BIO_free(memory);
    ERR_clear_error();
    return key;
}

copenssl_key *copenssl_generate_rsa(unsigned int bits) {
    EVP_PKEY *key = EVP_RSA_gen(bits);
    ERR_clear_error();
    return key;
}

copenssl_key *copenssl_generate_p384(void) {
    EVP_PKEY *key = EVP_EC_gen("P-384");
    ERR_clear_error();
    return key;
}

void copenssl_free(copenssl_key *key) {
    EVP_PKEY_free(key);
}

copenssl_kind copenssl_kind_of(const copenssl_key *key) {
    if (EVP_PKEY_is_a(key, "RSA")) return copenssl_kind_rsa;
    if (!EVP_PKEY_is_a(key, "EC")) return copenssl_kind_other;
    char group[64];
    size_t length = 0;
    int named = EVP_PKEY_get_group_name(key, group, sizeof group, &length);
    ERR_clear_error();
    return named && strcmp(group, "secp384r1") == 0 ? copenssl_kind_p384 : copenssl_kind_other;
}

int copenssl_bits(const copenssl_key *key) {
    return EVP_PKEY_get_bits(key);
}

size_t copenssl_write_private_pem(const copenssl_key *key, uint8_t *pem, size_t capacity) {
    size_t length = 0;
    BIO *memory = BIO_new(BIO_s_secmem());
    if (memory && PEM_write_bio_PKCS8PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL) == 1) {
        char *bytes = NULL;
        long count = BIO_get_mem_data(memory, &bytes);
        if (count > 0 && (size_t)count <= capacity) {
            memcpy(pem, bytes, (size_t)count);
            length = (size_t)count;
        }
    }
    BIO_free(memory);
    ERR_clear_error();
    return length;
}

size_t copenssl_rsa_number(const copenssl_key *key, char which, uint8_t *bytes, size_t capacity) {
    BIGNUM *number = NULL;
    size_t length = 0;
    const char *name = which == 'n' ? OSSL_PKEY_PARAM_RSA_N : OSSL_PKEY_PARAM_RSA_E;
    if (EVP_PKEY_get_bn_param(key, name, &number) == 1 && (size_t)BN_num_bytes(number) <= capacity) {
        length = (size_t)BN_bn2bin(number, bytes);
    }
    BN_free(number);
    ERR_clear_error();
    return length;
}

int copenssl_p384_point(const copenssl_key *key, uint8_t x[48], uint8_t y[48]) {
    BIGNUM *xn = NULL, *yn = NULL;
    int done = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &xn) == 1
        && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &yn) == 1
        && BN_bn2binpad(xn, x, coordinate) == coordinate
        && BN_bn2binpad(yn, y, coordinate) == coordinate;
    BN_free(xn);
    BN_free(yn);
    ERR_clear_error();
    return done;
}

// Builds a key of `type` from the numbers in `builder`, and checks it: numbers from a file are not to be trusted.
static EVP_PKEY *built(const char *type, OSSL_PARAM_BLD *builder, int private) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    int selection = private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    if (parameters && context && EVP_PKEY_fromdata_init(context) == 1) {
        if (EVP_PKEY_fromdata(context, &key, selection, parameters) != 1) key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    if (key) {
        EVP_PKEY_CTX *check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
        int sound = check && (private ? EVP_PKEY_check(check) : EVP_PKEY_public_check(check)) == 1;
        EVP_PKEY_CTX_free(check);
        if (!sound) {
            EVP_PKEY_free(key);
            key = NULL;
        }
    }
    OSSL_PARAM_free(parameters);
    return key;
}

copenssl_key *copenssl_rsa_from_numbers(const copenssl_number *numbers, size_t parts) {
    static const char *const names[8] = {
        OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
        OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
        OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
    };
    if (parts != 2 && parts != 8) return NULL;
    BIGNUM *held[8] = { NULL };
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    int ready = builder != NULL;
    for (size_t i = 0; ready && i < parts; i++) {
        ready = numbers[i].count <= 1024;
        if (ready) held[i] = BN_bin2bn(numbers[i].bytes, (int)numbers[i].count, NULL);
        ready = ready && held[i] && OSSL_PARAM_BLD_push_BN(builder, names[i], held[i]) == 1;
    }
    if (ready) key = built("RSA", builder, parts == 8);
    OSSL_PARAM_BLD_free(builder);
    for (size_t i = 0; i < parts; i++) BN_clear_free(held[i]);
    ERR_clear_error();
    return key;
}

copenssl_key *copenssl_p384_from_numbers(const uint8_t x[48], const uint8_t y[48], const copenssl_number *d) {
    uint8_t point[1 + 2 * coordinate];
    point[0] = 4;
    memcpy(point + 1, x, coordinate);
    memcpy(point + 1 + coordinate, y, coordinate);
    BIGNUM *secret = NULL;
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    int ready = builder
        && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-384", 0) == 1
        && OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) == 1;
    if (ready && d) {
        ready = d->count > 0 && d->count <= coordinate;
        if (ready) secret = BN_bin2bn(d->bytes, (int)d->count, NULL);
        ready = ready && secret && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, secret) == 1;
    }
    if (ready) key = built("EC", builder, d != NULL);
    OSSL_PARAM_BLD_free(builder);
    BN_clear_free(secret);
    ERR_clear_error();
    return key;
}

// ECDSA signatures are DER in OpenSSL, but two padded numbers in a JWS.
static size_t raw_from_der(const uint8_t *der, size_t count, uint8_t *raw, size_t capacity) {
    size_t length = 0;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)count);
    if (pair && capacity >= 2 * coordinate
        && BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, coordinate) == coordinate
        && BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + coordinate, coordinate) == coordinate) {
        length = 2 * coordinate;
    }
    ECDSA_SIG_free(pair);
    return length;
}

static size_t der_from_raw(const uint8_t *raw, uint8_t *der, size_t capacity) {
    size_t length = 0;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, coordinate, NULL);
    BIGNUM *s = BN_bin2bn(raw + coordinate, coordinate, NULL);
    if (pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1) {
        r = s = NULL;
        int needed = i2d_ECDSA_SIG(pair, NULL);
        if (needed > 0 && (size_t)needed <= capacity) length = (size_t)i2d_ECDSA_SIG(pair, &der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return length;
}

size_t copenssl_sign(copenssl_key *key, const uint8_t *message, size_t count, uint8_t *signature, size_t capacity) {
    copenssl_kind kind = copenssl_kind_of(key);
    if (kind == copenssl_kind_other) return 0;
    uint8_t der[160];
    uint8_t *out = kind == copenssl_kind_rsa ? signature : der;
    size_t length = kind == copenssl_kind_rsa ? capacity : sizeof der;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int done = context && EVP_DigestSignInit(context, NULL, EVP_sha384(), NULL, key) == 1
        && EVP_DigestSign(context, out, &length, message, count) == 1;
    EVP_MD_CTX_free(context);
    if (done && kind == copenssl_kind_p384) length = raw_from_der(der, length, signature, capacity);
    ERR_clear_error();
    return done ? length : 0;
}

int copenssl_verify(
    copenssl_key *key, const uint8_t *message, size_t count, const uint8_t *signature, size_t signature_count) {
    copenssl_kind kind = copenssl_kind_of(key);
    uint8_t der[160];
    if (kind == copenssl_kind_other) return 0;
    if (kind == copenssl_kind_p384) {
        if (signature_count != 2 * coordinate) return 0;
        signature_count = der_from_raw(signature, der, sizeof der);
        signature = der;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int done = context && EVP_DigestVerifyInit(context, NULL, EVP_sha384(), NULL, key) == 1
        && EVP_DigestVerify(context, signature, signature_count, message, count) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return done;
}
