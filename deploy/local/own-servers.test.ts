import { expect, test } from 'vitest'
import { configFrom } from './config.ts'
import { withoutOwnServers } from './own-servers.ts'

const settings = {
  passwords: { superuser: 's-random', owner: 'o-random', app: 'a-random' },
  ports: { postgres: 5001, redis: 5002, temporal: 5003 },
}
const url = (user: string, password: string) =>
  Object.assign(new URL('postgres://127.0.0.1:5001/flexprice'), { username: user, password }).href
const own = {
  DATABASE_URL: url('flexprice_app', 'a-random'),
  DATABASE_OWNER_URL: url('flexprice_owner', 'o-random'),
  REDIS_URL: 'redis://127.0.0.1:5002',
  TEMPORAL_ADDRESS: '127.0.0.1:5003',
}

test('what a shell has of our own stack does not count as given, whole or in part', () => {
  const all = Object.entries(own)
  for (const some of [all, ...all.map((one) => [one])]) {
    const environment = Object.fromEntries(some)
    const { given } = configFrom(withoutOwnServers({ ...environment, PATH: '/bin' }, settings))
    expect([given.databaseUrl, given.databaseOwnerUrl, given.redisUrl, given.temporalAddress]).toEqual(
      Array(4).fill(undefined),
    )
  }
})

test("another server's address is taken, also at our port", () => {
  const others = {
    DATABASE_URL: url('app', 'secret'),
    DATABASE_OWNER_URL: url('owner', 'secret'),
    REDIS_URL: 'redis://10.0.0.1:5002',
    TEMPORAL_ADDRESS: 'temporal.example:5003',
  }
  expect(withoutOwnServers(others, settings)).toEqual(others)
  expect(withoutOwnServers(own, undefined)).toEqual(own)
})
