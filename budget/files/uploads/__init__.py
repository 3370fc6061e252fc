"""Uploaded tables: read as they were written, checked against one definition, never guessed at.

    definitions   the columns: headers in Korean and English, unit, type, range, meaning
    sheets        bytes -> rows of text (CSV in UTF-8 or CP949, workbooks)
    layout        where the header, the records, totals and notes stand
    figures       numbers and values as Koreans write them, in plain digits
    checks        the table against its definition (pandera), every fault by row and column
    reading       all of it: `read_upload`
    marked        the same table with its faults marked, as a workbook
    templates     empty tables and the data dictionary, from the same definitions

Source: file formats; screens, Data.
"""
