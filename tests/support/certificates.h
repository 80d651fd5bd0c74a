/* Certificates for tests with TLS (tests/peer/make_certificates.sh), in a folder of the test's own. */
#ifndef TEST_CERTIFICATES_H
#define TEST_CERTIFICATES_H

/* Where they are: self.pem and self.key, ca.pem, good.pem ... */
extern char test_certificates[];

/* For cmocka, before and after all tests of a program. */
int test_make_certificates(void **state);
int test_remove_certificates(void **state);

#endif
