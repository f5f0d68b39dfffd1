import { type ErrorCode, errorCodes, isErrorCode } from '@flexprice/domain'
import { expect, test } from 'vitest'
import { publishedErrorCode } from './error.ts'

test.each(Object.keys(errorCodes).filter((code): code is ErrorCode => isErrorCode(code)))(
  'the code %s has one of the published contract',
  (code) => {
    expect(publishedErrorCode(code)).toEqual(expect.any(String))
  },
)
