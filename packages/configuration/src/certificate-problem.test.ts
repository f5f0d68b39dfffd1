import { expect, test } from 'vitest'
import { certificateProblem, privateKeyProblem } from './certificate-problem.ts'
import { certificate, certificateKey, endedCertificate, otherKey } from './testing/certificates.ts'

test.each([
  ['a certificate', certificate, undefined],
  ['a chain', `${certificate}\n${certificate}`, undefined],
  ['one that has ended', endedCertificate, 'the certificate ended at 2021-01-01T00:00:00.000Z'],
  [
    'one of a chain that has ended',
    certificate + endedCertificate,
    'the certificate ended at 2021-01-01T00:00:00.000Z',
  ],
  ['a key', certificateKey, 'is no certificate (PEM)'],
  ['broken text', certificate.replace('MII', 'XXX'), 'is no certificate (PEM)'],
  ['nothing', '', 'is no certificate (PEM)'],
])('%s: what is wrong with it', (_, pem, problem) => {
  expect(certificateProblem(pem)).toBe(problem)
})

test('a certificate holds from its first instant to its last', () => {
  expect(certificateProblem(certificate, new Date('1999-12-31T23:59:59Z'))).toContain('begins at 2000-01-01')
  expect(certificateProblem(certificate, new Date('2000-01-01T00:00:00Z'))).toBeUndefined()
  expect(certificateProblem(certificate, new Date('2100-01-01T00:00:00Z'))).toBeUndefined()
  expect(certificateProblem(certificate, new Date('2100-01-01T00:00:01Z'))).toContain('ended at 2100-01-01')
})

test.each([
  ['the key of the certificate', certificateKey, certificate, undefined],
  ['a key alone', otherKey, undefined, undefined],
  ["another's key", otherKey, certificate, "is the key of another certificate than the client's"],
  ['a certificate', certificate, undefined, 'is no private key (PEM)'],
])('%s: what is wrong with it', (_, pem, of, problem) => {
  expect(privateKeyProblem(pem, of)).toBe(problem)
})
