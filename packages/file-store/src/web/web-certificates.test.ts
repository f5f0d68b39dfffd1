import { once } from 'node:events'
import { createServer } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, expect, test } from 'vitest'
import { authority, certificate, certificateKey } from '../testing/certificates.ts'
import { serveFile } from '../testing/web-server.ts'
import { createWebFiles } from './web-files.ts'

const content = Buffer.from('event_name,external_customer_id\ncall,ada\n')
const server = createServer({ cert: certificate, key: certificateKey }, (request, response) =>
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
