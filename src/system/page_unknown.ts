import { Failure } from '../kernel/failure.ts'

/** `after` says where the last page of a list ended; this one says nothing that a page has ever said. */
export const pageUnknown = (): Failure =>
  new Failure('page_unknown', {
    zh: 'after 不是上一页返回的 next，请从第一页重新读取',
    en: '`after` is not the `next` of a page: begin with the first page',
  })
