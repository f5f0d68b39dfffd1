import { createTestDatabase, type TestDatabase, testStack } from '@flexprice/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { jsonLines, runCli } from './testing/cli-process.ts'
import { type StackUnderTest, startStack } from './testing/stack-under-test.ts'

let stack: StackUnderTest
let variables: Record<string, string>
beforeAll(async () => {
  stack = await startStack()
  variables = variablesOf(stack.database)
})
afterAll(() => stack[Symbol.asyncDispose]())

function variablesOf({ appUrl, ownerUrl }: TestDatabase): Record<string, string> {
  return { DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl, REDIS_URL: testStack().redisUrl }
}

const run = (...args: string[]) => runCli(args, variables)
const key = z.object({ id: z.string(), secret: z.string(), expires_at: z.iso.datetime().nullable() })

/** Runs a command that has to succeed; its one JSON document. */
async function made<Schema extends z.ZodType>(schema: Schema, ...args: string[]) {
  const { code, stdout, stderr } = await run(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return schema.parse(jsonLines(stdout)[0])
}

/** How the API answers the holder of a key. */
async function statusFor(secret: string): Promise<number> {
  const { status } = await fetch(`${stack.gateway.url}/v1/queues`, { headers: { 'x-api-key': secret } })
  return status
}

async function newPlace(): Promise<string[]> {
  const { scope } = await stack.database.newTenant()
  return ['--tenant', scope.tenantId, '--environment', scope.environmentId]
}

test('a tenant, an environment and a key are made, and the key opens the API', async () => {
  const withId = z.object({ id: z.string() })
  const tenant = await made(withId, 'tenants', 'create', '--name', 'Acme')
  const environment = await made(
    withId,
    ...['environments', 'create', '--tenant', tenant.id, '--name', 'Live', '--type', 'production'],
  )
  const place = ['--tenant', tenant.id, '--environment', environment.id]
  const { id, secret } = await made(key, 'keys', 'create', ...place, '--name', 'job')
  expect(await statusFor(secret)).toBe(200)
  const listed = await run('keys', 'list', ...place)
  expect(listed.stdout).toMatch(new RegExp(`^ID +NAME .*\\n${id} +job `))
  expect(listed.stdout).not.toContain(secret)
})

test('a rotated key and its successor both open the API during the overlap, afterwards the successor alone', async () => {
  const place = await newPlace()
  const first = await made(key, 'keys', 'create', ...place, '--name', 'job')
  const second = await made(key, 'keys', 'rotate', first.id, ...place, '--overlap', '1h')
  expect(second.id).not.toBe(first.id)
  expect([await statusFor(first.secret), await statusFor(second.secret)]).toEqual([200, 200])

  const third = await made(key, 'keys', 'rotate', second.id, ...place, '--overlap', '0s')
  expect([await statusFor(second.secret), await statusFor(third.secret)]).toEqual([401, 200])
  expect(await run('keys', 'rotate', second.id, ...place)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Error (invalid_operation)'),
  })
})

test('a revoked key opens nothing any more, and cannot be revoked twice', async () => {
  const place = await newPlace()
  const { id, secret } = await made(key, 'keys', 'create', ...place, '--name', 'job')
  expect(await statusFor(secret)).toBe(200)
  expect(await run('keys', 'revoke', id, ...place)).toEqual({
    code: 0,
    stdout: `Revoked ${id}\n`,
    stderr: '',
  })
  expect(await statusFor(secret)).toBe(401)
  expect(await run('keys', 'revoke', id, ...place)).toMatchObject({ code: 3 })
  expect((await run('keys', 'list', ...place, '--status', 'deleted')).stdout).toContain(id)
})

test("another environment's key can be neither listed, rotated nor revoked", async () => {
  const [place, other] = [await newPlace(), await newPlace()]
  const { id, secret } = await made(key, 'keys', 'create', ...place, '--name', 'job')
  expect((await run('keys', 'list', ...other)).stdout).not.toContain(id)
  expect(await run('keys', 'rotate', id, ...other)).toMatchObject({ code: 3 })
  expect(await run('keys', 'revoke', id, ...other)).toMatchObject({ code: 3 })
  expect(await statusFor(secret)).toBe(200)
})

test('a tenant or an environment that does not exist exits with 3, a name that is taken with 1, by its field', async () => {
  const environment = ['environments', 'create', '--type', 'development', '--name', 'Development', '--tenant']
  expect(await run(...environment, 'tenant_none')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('tenant_id: The tenant does not exist'),
  })
  const [option = '', tenant = ''] = await newPlace()
  expect(await run(...environment, tenant)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('name: An environment with this name exists'),
  })
  const nowhere = [option, tenant, '--environment', 'env_none']
  expect(await run('keys', 'create', ...nowhere, '--name', 'job')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('environment_id: The tenant has no such environment'),
  })
})

test('migrate brings an empty database to the schema that the others have, and a second time does nothing', async () => {
  await using empty = await createTestDatabase()
  const owner = new URL(empty.ownerUrl)
  const superuser = new pg.Client({
    connectionString: new URL(owner.pathname, testStack().postgresUrl).href,
  })
  await superuser.connect()
  await superuser.query(`drop schema public cascade; create schema public authorization ${owner.username}`)
  await superuser.end()
  const environment = variablesOf(empty)
  const first = await runCli(['migrate', '--json'], environment)
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(jsonLines(first.stdout)).toMatchObject([{ applied: expect.arrayContaining(['0001-tenancy']) }])
  expect(await runCli(['migrate'], environment)).toMatchObject({ code: 0, stdout: 'Nothing to do.\n' })
  expect(await runCli(['tenants', 'create', '--name', 'Acme'], environment)).toMatchObject({ code: 0 })
})

test('a database that is away exits with 5', async () => {
  const away = {
    DATABASE_OWNER_URL: 'postgres://owner@127.0.0.1:9/none',
    DATABASE_URL: 'postgres://app@127.0.0.1:9/none',
  }
  for (const args of [
    ['migrate'],
    ['tenants', 'create', '--name', 'Acme'],
    ['keys', 'list', '--tenant', 't', '--environment', 'e'],
  ]) {
    expect(await runCli(args, away)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('The database cannot be reached'),
    })
  }
})

test('months of events are told before they are dropped, and a month of another form is refused', async () => {
  const told = await run('events', 'drop-before', '2001-01')
  expect(told).toMatchObject({ code: 0, stdout: 'Nothing to do.\n' })
  const next = new Date().getUTCFullYear()
  const dry = await made(
    z.object({ dropped: z.boolean(), months: z.array(z.string()) }),
    'events',
    'drop-before',
    `${next}-01`,
  )
  expect(dry.dropped).toBe(false)
  expect(dry.months.every((month) => month < `${next}_01`)).toBe(true)
  expect((await run('events', 'drop-before', 'January')).code).toBe(2)
})
