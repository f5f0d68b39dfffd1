import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Each certificate of a PEM text; a chain has several. */
const certificates = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * What makes a PEM text useless as a certificate, or chain of them; undefined when it can be used. Told when a process
 * starts, as otherwise each connection fails, with words that name neither variable nor file.
 */
export function certificateProblem(pem: string, now = new Date()): string | undefined {
  const found = pem.match(certificates) ?? []
  if (found.length === 0) return 'is no certificate (PEM)'
  for (const text of found) {
    try {
      const { validFromDate, validToDate } = new X509Certificate(text)
      if (validToDate < now) return `the certificate ended at ${validToDate.toISOString()}`
      if (validFromDate > now) return `the certificate begins at ${validFromDate.toISOString()}`
    } catch {
      return 'is no certificate (PEM)'
    }
  }
  return undefined
}

/** The same of a private key, and of one that belongs to another certificate, if one is given that can be read. */
export function privateKeyProblem(pem: string, certificate?: string): string | undefined {
  try {
    const key = createPrivateKey(pem)
    const [own] = certificate?.match(certificates) ?? []
    if (own === undefined || new X509Certificate(own).checkPrivateKey(key)) return undefined
    return "is the key of another certificate than the client's"
  } catch {
    return 'is no private key (PEM)'
  }
}

/** A file's text, or why it cannot be read. */
export function readableText(path: string): { readonly text: string; readonly problem: string | undefined } {
  try {
    return { text: readFileSync(path, 'utf8'), problem: undefined }
  } catch (error) {
    return { text: '', problem: `cannot be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}
