import { createPrivateKey, generateKeyPairSync } from 'node:crypto'

const asPem = { type: 'pkcs8', format: 'pem' } as const

/** Of tests alone; it holds until 2100. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBNTCB3QIUKSU5PlP/KCSsar1wGL4A/ZXyAEwwCgYIKoZIzj0EAwIwHTEbMBkG
A1UEAwwSY2xpZW50LmV4YW1wbGUuY29tMCAXDTAwMDEwMTAwMDAwMFoYDzIxMDAw
MTAxMDAwMDAwWjAdMRswGQYDVQQDDBJjbGllbnQuZXhhbXBsZS5jb20wWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAR7MsmtDjM7pTAfCt4aMoOlBJv+ytjMDOIUm+Ma
oFz8ZrGdW/NxXTYYdM7++yShHeHBxq5uhNm4+fpQfmXhojX+MAoGCCqGSM49BAMC
A0cAMEQCIDnKm2ma4ZxYVf+1M69UfzeBOBOLS5lpvhqP+rwijAzAAiBfzvxmeBfW
zrhykZj5nBp/t+/NL0UFpJ8LN8cUT2pRfQ==
-----END CERTIFICATE-----
`

/** Of the same key; it has ended. */
export const endedCertificate = `-----BEGIN CERTIFICATE-----
MIIBMzCB2wIUR0ZfklbcuTdyozr29Aj+x10bv6EwCgYIKoZIzj0EAwIwHTEbMBkG
A1UEAwwSY2xpZW50LmV4YW1wbGUuY29tMB4XDTIwMDEwMTAwMDAwMFoXDTIxMDEw
MTAwMDAwMFowHTEbMBkGA1UEAwwSY2xpZW50LmV4YW1wbGUuY29tMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEezLJrQ4zO6UwHwreGjKDpQSb/srYzAziFJvjGqBc
/GaxnVvzcV02GHTO/vskoR3hwcauboTZuPn6UH5l4aI1/jAKBggqhkjOPQQDAgNH
ADBEAiB4fYzV6zDpz/QWZX0gh770Hb62MZ1V1Ut8jwrj0KOxAAIgEgz3A2s290Ay
p11iq+Z7rGAg+MX/g/v6A+HkgiHtMTI=
-----END CERTIFICATE-----
`

/** That of both, which guards nothing. */
export const certificateKey = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    d: 'QWx5vCvKJcdVcxnwrT-9NUI8z7LbJ0nL37NEtA9slLU',
    x: 'ezLJrQ4zO6UwHwreGjKDpQSb_srYzAziFJvjGqBc_GY',
    y: 'sZ1b83FdNhh0zv77JKEd4cHGrm6E2bj5-lB-ZeGiNf4',
  },
})
  .export(asPem)
  .toString()

export const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(asPem).toString()
