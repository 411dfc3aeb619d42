-- The decimal sign that a person gave with the columns: 1.230 of the next file is read by it without the question.

alter table statement_templates add column decimal_sign text check (decimal_sign in ('.', ','));
