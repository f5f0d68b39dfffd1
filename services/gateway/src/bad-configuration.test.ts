import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { certificate, certificateKey, endedCertificate } from '@flexprice/configuration/testing'
import { testProcessEnvironment } from '@flexprice/testing'
import { afterAll, expect, test } from 'vitest'

const dir = mkdtempSync(join(tmpdir(), 'flexprice-certificates-'))
const file = (name: string, content: string) => {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}
afterAll(() => rmSync(dir, { recursive: true }))

const ended = file('ended.pem', endedCertificate)
const wrong = {
  DATABASE_URL: `postgres://app@127.0.0.1:1/none?sslmode=verify-full&sslrootcert=${join(dir, 'none.pem')}`,
  FILE_STORE_URL: `file://${ended}/files`,
  TEMPORAL_TLS_CLIENT_CERT_PATH: ended,
  TEMPORAL_TLS_CLIENT_KEY_PATH: file('key.pem', certificateKey),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('no-certificate.pem', 'nothing'),
}
const problems = [
  `DATABASE_URL: sslrootcert (${join(dir, 'none.pem')}): cannot be read`,
  `FILE_STORE_URL: ${ended} is no directory`,
  'TEMPORAL_TLS_CLIENT_CERT_PATH: the certificate ended at 2021-01-01T00:00:00.000Z',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH: is no certificate (PEM)',
]

/** The process to its end: it has to end by itself. */
async function run(service: string, environment: Record<string, string>, ...args: string[]) {
  const main = fileURLToPath(new URL(`../../${service}/src/main.ts`, import.meta.url))
  const child = spawn(process.execPath, [main, ...args], {
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      HEALTH_PORT: '0',
      ...testProcessEnvironment(),
      ...environment,
    },
  })
  const ended = once(child, 'exit')
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code: child.exitCode, out, err }
}

test.each([
  ['gateway', ['--check-config']],
  ['gateway', []],
  ['worker-task-processing', []],
])(
  '%s %j: says each wrong address, file and certificate, and ends before it listens',
  async (service, args) => {
    const { code, out, err } = await run(service, wrong, ...args)
    expect(code).toBe(1)
    for (const problem of problems) expect(err).toContain(`\n  ${problem}`)
    // The log begins when the process does.
    expect(out).toBe('')
  },
)

test('with those of today it is usable', async () => {
  const mended = {
    DATABASE_URL: wrong.DATABASE_URL.replace('none.pem', 'good.pem'),
    FILE_STORE_URL: `file://${dir}/files`,
    TEMPORAL_TLS_CLIENT_CERT_PATH: file('good.pem', certificate),
    TEMPORAL_TLS_CLIENT_KEY_PATH: wrong.TEMPORAL_TLS_CLIENT_KEY_PATH,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: join(dir, 'good.pem'),
  }
  expect(await run('gateway', mended, '--check-config')).toMatchObject({ code: 0, err: '' })
})
