import { describe, expect, it } from 'vitest'
import { configFrom } from './config.ts'

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

  it('never shows a password', () => {
    const read = () => configFrom({ DATABASE_URL: app })
    expect(read).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret') }))
  })
})
