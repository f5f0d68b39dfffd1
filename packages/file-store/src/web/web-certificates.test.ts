import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, expect, test } from 'vitest'
import { serveFile } from '../testing/web-server.ts'
import { createWebFiles } from './web-files.ts'

const content = Buffer.from('event_name,external_customer_id\ncall,ada\n')
const { authority, certificate, key } = makeCertificates()
const server = createServer({ cert: certificate, key }, (request, response) =>
  serveFile(request, response, { content }),
)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
const port = address !== null && typeof address === 'object' ? address.port : 0
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

/** An authority of our own, and what it certifies of a server that is called localhost, as openssl makes them. */
function makeCertificates() {
  const dir = mkdtempSync(path.join(tmpdir(), 'flexprice-certificates-'))
  const openssl = (...options: string[]) => execFileSync('openssl', options, { cwd: dir, stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  try {
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '1',
      '-subj',
      '/CN=Test CA',
    )
    openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
    writeFileSync(path.join(dir, 'names'), 'subjectAltName=DNS:localhost')
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', 'names']
    openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.pem')
    const read = (name: string) => readFileSync(path.join(dir, name), 'utf8')
    return { authority: read('ca.pem'), certificate: read('server.pem'), key: read('server.key') }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function read(host: string): Promise<Buffer> {
  const web = createWebFiles({ bytesMax: 1_000_000, allowLoopback: true })
  const signal = new AbortController().signal
  const file = web.file(`https://${host}:${port}/file.csv`, { known: undefined, caller: 'env_1', signal })
  return buffer(await file.open(0))
}

const refusedAs = (reason: string) => ({ code: 'validation_error', message: expect.stringContaining(reason) })

test('a file comes by https from whom a known authority certifies, under the name that was asked for, and from nobody else', async () => {
  await expect(read('localhost')).rejects.toMatchObject(refusedAs('unable to verify the first certificate'))
  const known = getCACertificates('default')
  setDefaultCACertificates([...known, authority])
  try {
    expect(await read('localhost')).toEqual(content)
    await expect(read('127.0.0.1')).rejects.toMatchObject(refusedAs("does not match certificate's altnames"))
  } finally {
    setDefaultCACertificates(known)
  }
})
