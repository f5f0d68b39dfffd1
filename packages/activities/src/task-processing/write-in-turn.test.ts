import { expect, test } from 'vitest'
import { type Turn, writeInTurn } from './write-in-turn.ts'

/** What happens, in its order, to three pages of which each is staged, has its turn, and is written. */
async function happening({ fails, abortsAt }: { fails?: number; abortsAt?: number } = {}) {
  const told: string[] = []
  const abort = new AbortController()
  async function* pages(): AsyncGenerator<number, undefined> {
    try {
      for (const page of [1, 2, 3]) {
        told.push(`read ${page}`)
        yield page
      }
    } finally {
      told.push('closed')
    }
    return undefined
  }
  async function write(page: number, { turn, meanwhile }: Turn): Promise<number> {
    told.push(`stage ${page}`)
    await turn
    told.push(`write ${page}`)
    meanwhile()
    // The database works, and others have their time.
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (page === fails) throw new Error(`page ${page}`)
    if (page === abortsAt) abort.abort(new Error('stop'))
    return page
  }
  const outcome = await writeInTurn(pages(), {
    signal: abort.signal,
    write,
    onWritten: async (page) => void told.push(`written ${page}`),
  }).then(
    () => 'done',
    (error: Error) => error.message,
  )
  return { told, outcome }
}

test('pages are written in their order, and the next one is read and staged while one is written', async () => {
  expect(await happening()).toEqual({
    told: [
      ...['read 1', 'stage 1', 'write 1'],
      ...['read 2', 'stage 2', 'written 1', 'write 2'],
      ...['read 3', 'stage 3', 'written 2', 'write 3'],
      ...['closed', 'written 3'],
    ],
    outcome: 'done',
  })
})

test('behind a page that fails none is written, and what was staged is told', async () => {
  const { told, outcome } = await happening({ fails: 2 })
  expect(outcome).toBe('page 2')
  expect(told.filter((one) => one.startsWith('writ'))).toEqual(['write 1', 'written 1', 'write 2'])
  expect(told).toContain('closed')
})

test('whoever stops it gets the page that had its turn, and none behind it', async () => {
  const { told, outcome } = await happening({ abortsAt: 1 })
  expect(outcome).toBe('stop')
  expect(told.filter((one) => one.startsWith('writ'))).toEqual(['write 1', 'written 1'])
})
