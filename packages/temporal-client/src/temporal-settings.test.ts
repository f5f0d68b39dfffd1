import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '@flexprice/configuration'
import { certificate, certificateKey, endedCertificate, otherKey } from '@flexprice/configuration/testing'
import { expect, test } from 'vitest'
import { temporalSettings } from './temporal-settings.ts'

const read = (variables: Record<string, string>) => readConfig(variables, temporalSettings)

test('without any variable it is a development server on this machine', () => {
  expect(read({})).toEqual({ ok: true, config: { address: '127.0.0.1:7233', namespace: 'default' } })
})

test('an API key turns TLS on, unless it is turned off', () => {
  const cloud = {
    TEMPORAL_ADDRESS: 'cloud:7233',
    TEMPORAL_NAMESPACE: 'billing.acct',
    TEMPORAL_API_KEY: 'key',
  }
  const config = { address: 'cloud:7233', namespace: 'billing.acct', apiKey: 'key' }
  expect(read(cloud)).toEqual({ ok: true, config: { ...config, tls: true } })
  expect(read({ ...cloud, TEMPORAL_TLS: 'false' })).toEqual({ ok: true, config })
})

test('certificates are read, from files and from variables', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'temporal-settings-'))
  try {
    const path = join(folder, 'client.pem')
    await writeFile(path, certificate)
    const result = read({
      TEMPORAL_TLS_CLIENT_CERT_PATH: path,
      TEMPORAL_TLS_CLIENT_KEY_DATA: certificateKey,
      TEMPORAL_TLS_SERVER_NAME: 'temporal',
    })
    expect(result).toMatchObject({ ok: true, config: { tls: { serverNameOverride: 'temporal' } } })
    const tls = result.ok ? result.config.tls : undefined
    const pair = typeof tls === 'object' ? tls.clientCertPair : undefined
    expect(pair).toEqual({
      crt: new TextEncoder().encode(certificate),
      key: new TextEncoder().encode(certificateKey.trim()),
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each([
  [{ TEMPORAL_TLS: 'yes' }, 'TEMPORAL_TLS: must be one of true, false, 1, 0'],
  [
    { TEMPORAL_TLS_CLIENT_CERT_DATA: certificate },
    'TEMPORAL_TLS_CLIENT_CERT_*: goes together with TEMPORAL_TLS_CLIENT_KEY_*',
  ],
  [
    { TEMPORAL_TLS_SERVER_CA_CERT_PATH: 'nowhere.pem' },
    expect.stringMatching(/^TEMPORAL_TLS_SERVER_CA_CERT_PATH: cannot be read: .*nowhere/),
  ],
  [
    { TEMPORAL_TLS_SERVER_CA_CERT_DATA: endedCertificate },
    'TEMPORAL_TLS_SERVER_CA_CERT_DATA: the certificate ended at 2021-01-01T00:00:00.000Z',
  ],
  [
    { TEMPORAL_TLS_CLIENT_CERT_DATA: 'certificate', TEMPORAL_TLS_CLIENT_KEY_DATA: certificateKey },
    'TEMPORAL_TLS_CLIENT_CERT_DATA: is no certificate (PEM)',
  ],
  [
    { TEMPORAL_TLS_CLIENT_CERT_DATA: certificate, TEMPORAL_TLS_CLIENT_KEY_DATA: otherKey },
    "TEMPORAL_TLS_CLIENT_KEY_DATA: is the key of another certificate than the client's",
  ],
])('%j would leave the connection open or broken, and is a problem', (variables, problem) => {
  expect(read(variables)).toEqual({ ok: false, problems: [problem] })
})
