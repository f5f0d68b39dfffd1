import { expect, it } from 'vitest'
import { countTests } from './vitest-counts.ts'

const report = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1, testResults: [] }

it('counts what passed, failed and was skipped', () => {
  expect(countTests(report, 0)).toEqual({ passed: 7, failed: 0, skipped: 3 })
  expect(countTests({ ...report, numFailedTests: 2 }, 1)).toEqual({ passed: 7, failed: 2, skipped: 3 })
})

it('counts a file that failed before its first test', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'passed', assertionResults: [{}] },
  ]
  expect(countTests({ ...report, testResults }, 1).failed).toBe(1)
})

it('never passes silently: a bad end without a failed test, or without a report, is a failure', () => {
  expect(countTests(report, 1).failed).toBe(1)
  expect(countTests(undefined, 0).failed).toBe(1)
  expect(countTests({ tests: [] }, 0).failed).toBe(1)
})
