import type { CodedError } from '@flexprice/domain'

/** What became of a record that a file has: its id where it was made, changed, or was there as the file says; or why not. */
export type WrittenRecord =
  | { readonly created: string }
  | { readonly updated: string }
  | { readonly duplicate: string }
  | { readonly refused: CodedError }
