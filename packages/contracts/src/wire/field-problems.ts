import { CodedError, type FieldProblem, invalid } from '@flexprice/domain'
import { z } from 'zod'
import { notImplementedIssue } from './not-built.ts'
import { problemWords } from './problem-words.ts'

// The library's own words are for programmers ("Too big: expected string to have <=255 characters").
z.config({ customError: problemWords })

/** Why a schema refuses a value, each bad field by its path: `tiers[1].up_to`. */
export function problemsOf(error: z.core.$ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const path = pathOf(issue.path)
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
    return issue.keys.map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      message: 'is not a known field',
    }))
  })
}

/** The same as the error that the caller gets: `not_implemented` if that is all that is wrong. */
export function refusalOf(error: z.core.$ZodError): CodedError {
  const refusal = invalid(problemsOf(error))
  const notBuiltOnly = error.issues.every(
    (issue) => issue.code === 'custom' && issue.params?.code === notImplementedIssue,
  )
  return notBuiltOnly
    ? new CodedError('not_implemented', refusal.message, { details: { fields: problemsOf(error) } })
    : refusal
}

/** `tiers[1].up_to`. */
export function pathOf(parts: readonly PropertyKey[]): string {
  let path = ''
  for (const part of parts) {
    if (typeof part === 'number') path += `[${part}]`
    else path += path === '' ? String(part) : `.${String(part)}`
  }
  return path
}
