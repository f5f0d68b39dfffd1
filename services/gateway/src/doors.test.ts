import { errorResponse } from '@flexprice/contracts/wire'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from './testing/caller-under-test.ts'
import { startGatewayWithChanges } from './testing/changes-under-test.ts'
import { validRequest, withValue } from './testing/door-requests.ts'
import { type DoorWorld, makeWorld } from './testing/door-world.ts'
import { allDoors, type Door, type DoorType, pathText } from './testing/doors.ts'
import type { GatewayUnderTest } from './testing/gateway-under-test.ts'
import { sendThrough } from './testing/send-through.ts'
import { startGatewayWithSync } from './testing/sync-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let world: DoorWorld
const doors = allDoors()
const atOnceMax = 4

beforeAll(async () => {
  gateway = await startGatewayWithChanges(startGatewayWithSync)
  caller = await gateway.newCaller()
  world = await makeWorld(caller)
})
afterAll(() => gateway[Symbol.asyncDispose]())

interface OddValue {
  readonly what: string
  readonly value: unknown
  /** True where no door may take it, whatever the field. */
  readonly refused?: true
}

const nul = 'a\u0000b'
const loneSurrogate = 'a\ud800b'

/** Each value goes through every door of its type: a new operation or field is sent them without a line here. */
const oddValues: Readonly<Record<DoorType, readonly OddValue[]>> = {
  text: [
    { what: 'an empty text', value: '' },
    { what: 'a NUL', value: nul, refused: true },
    { what: 'half a surrogate pair', value: loneSurrogate, refused: true },
    { what: 'null', value: null },
    { what: 'a number with an exponent', value: '1e5' },
    { what: 'an id of nothing', value: 'xyz_unknown' },
    { what: 'a very long text', value: 'x'.repeat(3_000) },
  ],
  instant: [
    { what: 'a date alone', value: '2026-01-01', refused: true },
    { what: 'an empty text', value: '', refused: true },
    { what: 'the year 0', value: '0000-01-01T00:00:00Z', refused: true },
    { what: 'lower case', value: '2026-09-01t00:00:00z' },
    { what: 'null', value: null },
  ],
  'whole number': [
    { what: 'zero', value: 0 },
    { what: 'minus one', value: -1 },
    { what: 'a half', value: 1.5, refused: true },
    { what: 'a huge one', value: 1e20, refused: true },
    { what: 'null', value: null },
  ],
  number: [
    { what: 'zero', value: 0 },
    { what: 'minus one', value: -1 },
    { what: 'an exponent', value: 1e-7 },
    { what: 'a huge one', value: 1e300, refused: true },
    { what: 'a word', value: 'abc', refused: true },
    { what: 'null', value: null },
  ],
  truth: [
    { what: 'a word', value: 'yes', refused: true },
    { what: 'a number', value: 0 },
    { what: 'null', value: null },
  ],
  list: [
    { what: 'an empty list', value: [] },
    { what: 'an object', value: {}, refused: true },
    { what: 'null in it', value: [null] },
    { what: 'null', value: null },
  ],
  object: [
    { what: 'an empty object', value: {} },
    { what: 'a list', value: [], refused: true },
    { what: 'a text', value: 'a', refused: true },
    { what: 'null', value: null },
  ],
}

/** What is wrong with the answer to an odd value; undefined when it is as every door promises. */
async function faultOf(door: Door, { what, value, refused }: OddValue): Promise<string | undefined> {
  const request = withValue(validRequest(door.operation, world), door, value, world)
  const { status, body } = await sendThrough(gateway, caller, door, request)
  const place = `${what} at ${door.operation.operationId} ${door.part} ${pathText(door.path)}: ${status}`
  if (status >= 500) return `${place} ${JSON.stringify(body)}`
  if (status < 400) return refused ? `${place} but refused elsewhere` : undefined
  const parsed = errorResponse.safeParse(body)
  if (!parsed.success) return `${place} off the schema of errors: ${JSON.stringify(body)}`
  const { code, details } = parsed.data
  const names = Object.keys(details?.fields ?? {})
  if (code === 'validation_error' && names.length === 0)
    return `${place} names no field: ${parsed.data.message}`
  return undefined
}

/** A query and a path hold texts alone, and well-formed ones. */
function canHold(door: Door, value: unknown): boolean {
  return door.part === 'body' || (typeof value !== 'object' && String(value).isWellFormed())
}

test('there are doors of every type', () => {
  const types = new Set(doors.map(({ type }) => type))
  expect([...types].sort()).toEqual(Object.keys(oddValues).sort())
  expect(doors.length).toBeGreaterThan(500)
})

test('a request without a fault is no server error anywhere, so that odd values are what is tried', async () => {
  const operations = [...new Map(doors.map((door) => [door.operation.operationId, door])).values()]
  const broken: string[] = []
  for (const door of operations) {
    const { status } = await sendThrough(gateway, caller, door, validRequest(door.operation, world))
    if (status >= 500) broken.push(`${door.operation.operationId}: ${status}`)
  }
  expect(broken).toEqual([])
})

test.each(Object.entries(oddValues))(
  'an odd %s meets one rule at every door: a named refusal, or what is documented',
  async (type, values) => {
    const work = values.flatMap((odd) =>
      doors.filter((door) => door.type === type && canHold(door, odd.value)).map((door) => ({ door, odd })),
    )
    const faults: string[] = []
    const lane = async () => {
      for (let next = work.pop(); next !== undefined; next = work.pop()) {
        const fault = await faultOf(next.door, next.odd)
        if (fault !== undefined) faults.push(fault)
      }
    }
    await Promise.all(Array.from({ length: atOnceMax }, lane))
    expect(faults).toEqual([])
  },
  300_000,
)
