-- Numbers that may occur more than once among the lines of a file, noticed while it was read; null: nobody has noticed, the book is asked.
alter table statement_files add column repeated text[];
