import fc from 'fast-check'
import { recurringPeriods } from '../time/billing-period.ts'
import type { Grid } from '../time/grid.ts'

/** Zones whose clocks did what breaks calendars: half-hour changes, odd offsets, changes at midnight, a lost day. */
const awkwardZones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Asuncion',
  'America/Havana',
  'America/St_Johns',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Africa/Monrovia',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Atlantic/Azores',
  'Antarctica/Troll',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Pacific/Kwajalein',
]
const zone = fc.oneof(
  fc.constantFrom(...awkwardZones),
  fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
)
/** Any instant of a hundred years, to the millisecond: for property tests. */
export const instant = fc.date({
  min: new Date('1970-01-01T00:00:00Z'),
  max: new Date('2070-01-01T00:00:00Z'),
  noInvalidDate: true,
})
/** Any grid: for property tests. */
export const grid: fc.Arbitrary<Grid> = fc.record({
  anchor: instant,
  period: fc.constantFrom(...recurringPeriods),
  count: fc.integer({ min: 1, max: 14 }),
  timeZone: zone,
})
