import { describe, expect, it } from 'vitest'
import { parseDownArguments, parseUpArguments } from './arguments.ts'

describe('the options of up', () => {
  it('are all off when none is given', () => {
    expect(parseUpArguments([])).toEqual({
      detach: false,
      onlyServers: false,
      jaeger: false,
      watch: false,
      background: false,
    })
  })

  it('can be given together', () => {
    expect(parseUpArguments(['--detach', '--only', 'servers', '--jaeger'])).toEqual({
      detach: true,
      onlyServers: true,
      jaeger: true,
      watch: false,
      background: false,
    })
  })

  it.each([[['--detatch']], [['--only', 'gateway']], [['--only']], [['--watch', '--detach']], [['servers']]])(
    'refuse %j and name the help',
    (args) => {
      expect(() => parseUpArguments(args)).toThrow(
        expect.objectContaining({ remedy: 'npm run up -- --help lists them.' }),
      )
    },
  )
})

describe('the options of down', () => {
  it('keep the data unless --wipe is given', () => {
    expect(parseDownArguments([])).toEqual({ wipe: false })
    expect(parseDownArguments(['--wipe'])).toEqual({ wipe: true })
  })

  it('refuse an unknown one', () => {
    expect(() => parseDownArguments(['--force'])).toThrow(/force/)
  })
})
