import { createPrivateKey } from 'node:crypto'

/** An authority of our own, of tests alone; it holds until 2126. */
export const authority = `-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUdcsCrh9ZduvDHKlb2bgZXWdwwVAwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMzAxMTAwNTJaGA8yMTI2MTEwNjEx
MDA1MlowEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABMJxAZ7KYRnYnIynzPbgs/+CU23/UIgJL1GXC6tmF3dmsWm5xEzpbKtxrV+4
iLIgWxHeEVt7Q1nIITXdoow0w62jUzBRMB0GA1UdDgQWBBQ9C8aK6w6g7beObcxR
6hotkE5UJjAfBgNVHSMEGDAWgBQ9C8aK6w6g7beObcxR6hotkE5UJjAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIByJyCCvHdXdl4TaKxb05/wcti6+
Ao1JdQFwBmSE3vU2AiBx47YF2AJmBQ/PeB6IucbWStYbBf2v04Fbi3ay7tTs/w==
-----END CERTIFICATE-----
`

/** What it certifies of a server that is called localhost. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBgjCCASigAwIBAgIUB8ZLqoB7o2qQKiagoN7Sn5Ot+OUwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMzAxMTAwNTNaGA8yMTI2MTEwNjEx
MDA1M1owFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAE8bR6e8w5ilOy/R5mFpStugUx5kob+R0Lhql2VxhhXQnbD5uTB6sMqTCK
W0iBTTvSn9vSOhqBaMon5Xa62uv+j6NYMFYwFAYDVR0RBA0wC4IJbG9jYWxob3N0
MB0GA1UdDgQWBBTKn58wL1MSrWFjPuECRFTTG32h+jAfBgNVHSMEGDAWgBQ9C8aK
6w6g7beObcxR6hotkE5UJjAKBggqhkjOPQQDAgNIADBFAiAKihom3krAg7QvnbJd
0SbMOuArYBYIrT90nAag11KJsQIhALsaKUrYkdnDWoEwnw+2URJCdRUmqMXWIOTP
SBUm/v6Z
-----END CERTIFICATE-----
`

/** That of the server, which guards nothing. */
export const certificateKey = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    d: 'pWYyPAxwlTN7eNabXycGElcJ0-3h2osg-_LEIUcyw8M',
    x: '8bR6e8w5ilOy_R5mFpStugUx5kob-R0Lhql2VxhhXQk',
    y: '2w-bkwerDKkwiltIgU070p_b0joagWjKJ-V2utrr_o8',
  },
})
  .export({ type: 'pkcs8', format: 'pem' })
  .toString()
