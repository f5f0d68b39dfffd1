import { describe, expect, it } from 'vitest'
import { configFrom, throwAwayEnvironment } from './config.ts'

const app = 'postgres://app:secret@127.0.0.1:5432/flexprice'
const owner = 'postgres://owner:secret@127.0.0.1:5432/flexprice'

describe('the configuration', () => {
  it('takes an empty value as not given, as in a copied .env.example', () => {
    const { given } = configFrom({ DATABASE_URL: '', REDIS_URL: ' ', PORT: '' })
    expect(given.databaseUrl).toBeUndefined()
    expect(given.redisUrl).toBeUndefined()
    expect(given.gatewayPort).toBeUndefined()
    expect(given.temporalNamespace).toBe('default')
  })

  it.each([
    [{ DATABASE_URL: app }, 'DATABASE_OWNER_URL'],
    [{ DATABASE_OWNER_URL: owner }, 'DATABASE_URL'],
    [{ DATABASE_URL: owner, DATABASE_OWNER_URL: owner }, 'two roles'],
    [{ DATABASE_URL: 'mysql://x', DATABASE_OWNER_URL: owner }, 'DATABASE_URL is not a URL'],
    [{ REDIS_URL: 'localhost:6379' }, 'REDIS_URL'],
    [{ TEMPORAL_ADDRESS: 'http://localhost:7233' }, 'TEMPORAL_ADDRESS'],
    [{ PORT: '80a' }, 'PORT'],
    [{ PORT: '70000' }, 'PORT'],
  ])('refuses %j and says what is wrong', (environment, named) => {
    expect(() => configFrom(environment)).toThrow(named)
  })

  it('names every mistake at once', () => {
    expect(() => configFrom({ PORT: '0', REDIS_URL: 'x' })).toThrow(/PORT[\s\S]*REDIS_URL/)
  })

  it.each([
    [{ TEMPORAL_API_KEY: 'key' }, 'TEMPORAL_API_KEY is given without TEMPORAL_ADDRESS'],
    [{ TEMPORAL_NAMESPACE: 'billing' }, 'TEMPORAL_NAMESPACE is given'],
    [{ TEMPORAL_TLS: 'true' }, 'TEMPORAL_TLS is given'],
    [
      {
        TEMPORAL_TLS_CLIENT_KEY_PATH: 'k.pem',
        TEMPORAL_TLS_CLIENT_CERT_PATH: 'c.pem',
        TEMPORAL_ADDRESS: ' ',
      },
      'TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH are given without TEMPORAL_ADDRESS',
    ],
  ])('refuses %j: our own server would be started, and never be reached', (environment, said) => {
    expect(() => configFrom(environment)).toThrow(said)
    expect(() => configFrom({ ...environment, TEMPORAL_ADDRESS: 'temporal:7233' })).not.toThrow()
  })

  it("takes what our own server has too, and what is not the server's", () => {
    const environment = {
      TEMPORAL_NAMESPACE: 'default',
      TEMPORAL_TLS: 'false',
      TEMPORAL_API_KEY: '',
      TEMPORAL_CLI_PATH: '/bin/temporal',
      TEMPORAL_WORKER_BUILD_ID: '1',
    }
    expect(configFrom(environment).given.temporalAddress).toBeUndefined()
  })

  it('of a throw-away stack has nothing that leads to a real server, but the program and what is unrelated', () => {
    const kept = { PATH: '/bin', TEMPORAL_CLI_PATH: '/bin/temporal', LOG_LEVEL: 'warn' }
    const real = {
      DATABASE_URL: app,
      DATABASE_OWNER_URL: owner,
      REDIS_URL: 'redis://live',
      PORT: '80',
      TEMPORAL_ADDRESS: 'cloud:7233',
      TEMPORAL_NAMESPACE: 'billing',
      TEMPORAL_API_KEY: 'key',
      TEMPORAL_TLS_SERVER_NAME: 'x',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://live',
      OTEL_SDK_DISABLED: 'true',
      JAEGER_ENDPOINT: 'http://live',
      TRACES_EXPORTER: 'otlp',
    }
    const environment = throwAwayEnvironment({ ...kept, ...real }, '/tmp/x')
    expect(environment).toEqual({ ...kept, FLEXPRICE_LOCAL_DIR: '/tmp/x' })
    expect(configFrom(environment).localDir).toBe('/tmp/x')
  })

  it('never shows a password', () => {
    const read = () => configFrom({ DATABASE_URL: app })
    expect(read).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret') }))
  })
})
