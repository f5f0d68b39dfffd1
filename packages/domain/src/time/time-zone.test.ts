import { describe, expect, it } from 'vitest'
import { isTimeZone } from './time-zone.ts'

describe('isTimeZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'america/sao_paulo', 'Asia/Kathmandu', 'Asia/Calcutta', 'Etc/GMT+5'])(
    'knows %s',
    (zone) => {
      expect(isTimeZone(zone)).toBe(true)
    },
  )

  it.each(['', ' ', 'Europe', 'Europe/Atlantis', '+05:30', '-03:00', 'UTC+1', 'Europe/Berlin ', '../UTC'])(
    'refuses %j',
    (zone) => {
      expect(isTimeZone(zone)).toBe(false)
    },
  )

  it('knows every zone that the runtime lists', () => {
    expect(Intl.supportedValuesOf('timeZone').filter((zone) => !isTimeZone(zone))).toEqual([])
  })
})
