import { expect, test } from 'vitest'
import type { Environment } from './environment.ts'
import { declaredVariables, readConfig } from './read-config.ts'

const schemes = ['postgres', 'postgresql']

function read(env: Environment) {
  return {
    database: { url: env.requiredUrl('DATABASE_URL', schemes, { meaning: 'where the rows are' }) },
    collector: env.url('COLLECTOR', ['http', 'https'], { meaning: 'where spans go', otherwise: undefined }),
    name: env.required('NAME', { meaning: 'who asks' }),
    host: env.text('HOST', { meaning: 'where it listens', otherwise: '0.0.0.0' }),
    note: env.text('NOTE', { meaning: 'nothing much', otherwise: undefined }),
    graceMs: env.integer('GRACE_MS', { meaning: 'patience', unit: 'ms', otherwise: 5, min: 0, max: 9_000 }),
    share: env.ratio('SHARE', { meaning: 'part kept', otherwise: 1, min: 0, max: 1 }),
    level: env.oneOf('LEVEL', ['low', 'high'], { meaning: 'how much', otherwise: 'low' }),
    tls: env.oneOf('TLS', ['true', 'false'], { meaning: 'whether at all', otherwise: undefined }),
  }
}

const needed = { DATABASE_URL: 'postgres://app@db/flexprice', NAME: 'me' }

test('what is not given has its default, and an empty variable is not given', () => {
  expect(readConfig({ ...needed, HOST: ' ', LEVEL: '', GRACE_MS: '', OTHER: 'x' }, read)).toEqual({
    ok: true,
    config: {
      database: { url: needed.DATABASE_URL },
      collector: undefined,
      name: 'me',
      host: '0.0.0.0',
      note: undefined,
      graceMs: 5,
      share: 1,
      level: 'low',
      tls: undefined,
    },
  })
})

test('what is given is read, without the space around it', () => {
  const given = { HOST: ' ::1 ', NOTE: 'n', GRACE_MS: '9000', SHARE: '.25', LEVEL: 'high', TLS: 'true' }
  expect(readConfig({ ...needed, ...given, COLLECTOR: 'https://c:1' }, read)).toMatchObject({
    config: { host: '::1', note: 'n', graceMs: 9_000, share: 0.25, level: 'high', tls: 'true' },
  })
})

test('the configuration is frozen, with all its parts', () => {
  const certificate = Buffer.from('bytes cannot be frozen')
  const result = readConfig(needed, (env) => ({ ...read(env), certificate }))
  const config = result.ok ? result.config : undefined
  expect(Object.isFrozen(config)).toBe(true)
  expect(Object.isFrozen(config?.database)).toBe(true)
  expect(config?.certificate).toBe(certificate)
})

test('everything that is wrong is told at once, a line each, without the value, which may be a secret', () => {
  const wrong = { COLLECTOR: 'c:1', GRACE_MS: '1.5', SHARE: '1.01', LEVEL: 'loud', TLS: 'TRUE' }
  expect(readConfig({ DATABASE_URL: 'mysql://app:secret@db/x', ...wrong }, read)).toEqual({
    ok: false,
    problems: [
      'DATABASE_URL: must be a URL that begins with postgres:// or postgresql://',
      'COLLECTOR: must be a URL that begins with http:// or https://',
      'NAME: is missing: who asks',
      'GRACE_MS: must be a whole number from 0 to 9000',
      'SHARE: must be a number from 0 to 1',
      'LEVEL: must be one of low, high',
      'TLS: must be one of true, false',
    ],
  })
})

test.each(['-1', '9001', '0x10', '1e2', '9'.repeat(16), '1_000', '٣'])('%s is no patience', (value) => {
  expect(readConfig({ ...needed, GRACE_MS: value }, read)).toMatchObject({ ok: false })
})

test.each(['-0.1', '1.1', 'Infinity', 'half', '1,5', '--1'])('%s is no part of one', (value) => {
  expect(readConfig({ ...needed, SHARE: value }, read)).toMatchObject({ ok: false })
})

test.each([
  'postgres://app:p@ss@db:5432/x',
  'postgresql://app:p%23@[::1]/x?sslmode=require',
  'postgres:///x?host=/run/postgresql',
  'postgres://app:secret@/x?host=/run/postgresql',
])('%s is an address of PostgreSQL', (url) => {
  expect(readConfig({ ...needed, DATABASE_URL: url }, read)).toMatchObject({ config: { database: { url } } })
})

test('what was found wrong by several variables together is told like the rest', () => {
  const result = readConfig({}, (env) => env.problem('A', 'goes together with B'))
  expect(result).toEqual({ ok: false, problems: ['A: goes together with B'] })
})

test('the reading function declares what it reads, in its order, with defaults as one would write them', () => {
  const declared = declaredVariables(read)
  expect(declared.map(({ name }) => name)).toEqual([
    'DATABASE_URL',
    'COLLECTOR',
    'NAME',
    'HOST',
    'NOTE',
    'GRACE_MS',
    'SHARE',
    'LEVEL',
    'TLS',
  ])
  expect(declared[0]).toEqual({
    name: 'DATABASE_URL',
    default: undefined,
    unit: undefined,
    meaning: 'where the rows are',
    required: true,
    allowed: undefined,
  })
  expect(declared[5]).toEqual({
    name: 'GRACE_MS',
    default: '5',
    unit: 'ms',
    meaning: 'patience',
    required: false,
    allowed: '0 to 9000',
  })
  expect(declared[7]).toMatchObject({ default: 'low', allowed: 'low, high' })
})

test('a variable has one meaning: a second one is a mistake of ours', () => {
  const about = { meaning: 'where it listens', otherwise: 'a' }
  const twice = (second: typeof about) => () =>
    declaredVariables((env) => [env.text('HOST', about), env.text('HOST', second)])
  expect(twice(about)).not.toThrow()
  expect(twice({ ...about, otherwise: 'b' })).toThrow('HOST is declared twice')
})
