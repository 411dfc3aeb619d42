/** Sets that grow together: which of these are connected, directly or through others (union–find). */
export class Union<T> {
  readonly #parent = new Map<T, T>()

  /** The representative of the set `item` is in; an item never joined is its own. */
  find(item: T): T {
    let root = item
    for (let up = this.#parent.get(root); up !== undefined && up !== root; up = this.#parent.get(root)) root = up
    for (let at = item; at !== root; ) {
      const up = this.#parent.get(at) as T
      this.#parent.set(at, root)
      at = up
    }
    return root
  }

  join(a: T, b: T): void {
    const [rootA, rootB] = [this.find(a), this.find(b)]
    if (!this.#parent.has(rootA)) this.#parent.set(rootA, rootA)
    this.#parent.set(rootB, rootA)
  }
}
