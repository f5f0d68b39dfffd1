/** An answer as it was sent: it is stored with the work that it tells of, or not at all. */
export interface StoredAnswer {
  readonly status: number
  readonly body: string
}

export interface RequestIdentity {
  /** The caller's, 1 to 255 printable characters. */
  readonly key: string
  /** SHA-256 of what is asked for. */
  readonly fingerprint: Buffer
}
