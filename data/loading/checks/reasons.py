"""The sentences of refusals, warnings and load problems, in English and in Chinese. Both are always shown.

Each sentence says what is wrong and what to do about it.
"""

_FILES: dict[str, tuple[str, str]] = {
    "no-file": (
        "There is no such file or folder. Check the path.",
        "找不到该文件或文件夹，请检查路径。",
    ),
    "unreadable": (
        (
            "The file cannot be read: it is damaged, or another program holds it. "
            "Open it in Excel or WPS, save it under a new name, and try again."
        ),
        "文件无法读取：可能已损坏或被其他程序占用。请用 Excel 或 WPS 打开，另存为新文件后再试。",
    ),
    "no-workbook": (
        (
            "This is neither an .xlsx workbook nor a folder of CSV files. Save the workbook as .xlsx, "
            "or give the folder that holds the CSV files."
        ),
        "这既不是 .xlsx 工作簿，也不是 CSV 文件夹。请另存为 .xlsx，或指定存放 CSV 文件的文件夹。",
    ),
    "locked-workbook": (
        "The workbook has a password, or is an old .xls under a new name. Remove the password and save it as .xlsx.",
        "工作簿设有密码，或实为旧版 .xls。请取消密码并另存为 .xlsx。",
    ),
    "too-big": (
        "The file unpacks to more than {limit} MB. Remove pictures and sheets that are not results, or split the file.",
        "文件解压后超过 {limit} MB。请删去图片和与成果无关的工作表，或拆分文件。",
    ),
    "macros": (
        "The workbook contains macros. Save it as .xlsx without macros.",
        "工作簿含有宏。请另存为不含宏的 .xlsx。",
    ),
    "external-links": (
        "The workbook takes values from other workbooks. Break the links (Data, Edit Links) and save it again.",
        "工作簿引用了其他工作簿的数据。请断开链接（数据 → 编辑链接）后重新保存。",
    ),
    "empty-folder": (
        "The folder holds no file named after a table. Name the files {example} and so on.",
        "文件夹中没有以数据表命名的文件。请将文件命名为 {example} 等。",
    ),
    "encoding": (
        "The text is neither UTF-8 nor GB18030, or is damaged. Save the file again as “CSV UTF-8”.",
        "文本既不是 UTF-8 也不是 GB18030 编码，或已损坏。请另存为“CSV UTF-8”格式。",
    ),
    "broken-csv": (
        (
            "From this row on the file cannot be split into cells ({detail}). "
            "Look for a quotation mark that is not closed."
        ),
        "从这一行起无法分列（{detail}）。请检查是否有未闭合的引号。",
    ),
}

_SHEETS: dict[str, tuple[str, str]] = {
    "unknown-table": (
        "There is no table of this name. Use one of: {known}.",
        "没有这个数据表。可用的表名：{known}。",
    ),
    "second-sheet": (
        "The table {table} comes twice in this file. Put its rows into one sheet.",
        "数据表 {table} 在文件中出现两次。请合并到一个工作表。",
    ),
    "unknown-column": (
        "The table {table} has no such column. Remove it, or use one of: {known}.",
        "数据表 {table} 没有这一列。请删去，或改用：{known}。",
    ),
    "second-column": (
        "This column comes twice in the sheet. Keep one.",
        "该列重复出现，请只保留一列。",
    ),
    "missing-column": (
        "The column {column} is required in the table {table}. Add it to the first row and fill it in.",
        "数据表 {table} 必须有 {column} 列。请在首行添加该列并填写。",
    ),
    "no-header": (
        (
            "This cell stands under no column name. Give the column a name, or move the value to where it belongs "
            "(in a CSV file: a number with a comma in it needs quotation marks)."
        ),
        "该单元格上方没有列名。请补上列名，或将数值移到应在的列（CSV 文件中带逗号的数字须加引号）。",
    ),
}

_CELLS: dict[str, tuple[str, str]] = {
    "required": ("This cell must not be blank. Fill it in.", "此单元格不能为空，请填写。"),
    "required-date": (
        (
            "This row needs a date. Write YYYY-MM or YYYY where no more is known; "
            "“by 2014-09” where only the latest possible date is known."
        ),
        "此行必须有日期。只知道年月或年份时写 YYYY-MM 或 YYYY；只知道最晚日期时写“截至2014-09”。",
    ),
    "required-choice": (
        "This cell must not be blank. Use one of: {choices}.",
        "此单元格不能为空。可选：{choices}。",
    ),
    "names": (
        "Neither name_en nor name_zh is given. Fill in at least one of the two.",
        "name_en 和 name_zh 都为空，请至少填写一个。",
    ),
    "formula": (
        (
            "The cell holds a formula whose result was never saved. Open the workbook in Excel or WPS, save it, "
            "or write the value itself."
        ),
        "单元格中的公式没有保存计算结果。请用 Excel 或 WPS 打开并保存，或直接填写数值。",
    ),
    "excel-error": (
        (
            "The cell holds a spreadsheet error. Correct the formula or write the value itself; "
            "leave it blank if it is not known."
        ),
        "单元格是表格错误值。请更正公式或直接填写数值；未知请留空。",
    ),
    "merged": (
        (
            "The cell is part of the merged cells {area}, which hold one value between them. "
            "Unmerge them and write the value into every row it is true of."
        ),
        "该单元格属于合并单元格 {area}，合并区域只有一个值。请取消合并，并在每一行分别填写。",
    ),
    "code": (
        "This is no code. Use lower-case letters, digits and hyphens only, at most {most} characters.",
        "代码无效。只能使用小写字母、数字和连字符，最多 {most} 个字符。",
    ),
    "choice": (
        "This is not one of the values of the column. Use one of: {choices}.",
        "该值不在可选范围内。可选：{choices}。",
    ),
    "text-length": (
        "The text has {length} characters; at most {most} are kept. Shorten it.",
        "文本有 {length} 个字符，最多 {most} 个。请缩短。",
    ),
    "control-character": (
        "The text contains an invisible control character. Type the text again.",
        "文本含有不可见的控制字符，请重新输入。",
    ),
    "date": (
        (
            "This is no date, or can be read in two ways. Write YYYY-MM-DD; YYYY-MM or YYYY where no more is known; "
            "“by 2014-09” where only the latest possible date is known."
        ),
        "日期无效或有歧义。请写成 YYYY-MM-DD；只知道年月或年份时写 YYYY-MM 或 YYYY；只知道最晚日期时写“截至2014-09”。",
    ),
    "number": (
        (
            "This is no number. Write digits only, with a point before decimals (1234.5); "
            "leave it blank if it is not known."
        ),
        "不是数字。请只写数字，小数用点（1234.5）；未知请留空。",
    ),
    "whole-number": ("A count must be a whole number. Write it without decimals.", "计数必须是整数，请去掉小数。"),
    "negative": ("This cannot be less than zero. Correct the number.", "该值不能小于零，请更正。"),
    "too-large": ("The number is too large to be true. Correct it.", "数值过大，请更正。"),
    "percent-range": (
        "A percentage lies between 0 and 100. Write 85 for 85 %.",
        "百分比应在 0 到 100 之间。85 % 请写 85。",
    ),
    "yes-no": (
        "Write yes or no (是 or 否); leave it blank if it is not known.",
        "请填“是”或“否”（yes 或 no）；未知请留空。",
    ),
    "unknown-code": (
        (
            "No row of the table {table} has this code, neither in this file nor in the database. "
            "Correct the code, or add the row to {table}."
        ),
        "数据表 {table} 中没有这个代码（本文件和数据库中都没有）。请更正代码，或在 {table} 中添加该行。",
    ),
    "second-key": (
        "Row {first} of {sheet} has the same key ({key}). Keep one of the two rows.",
        "与 {sheet} 第 {first} 行的主键（{key}）重复。请只保留一行。",
    ),
    "cycle": (
        "Following the parents leads back to this row ({path}). Correct one of the parents.",
        "上级关系形成循环（{path}）。请更正其中一个上级。",
    ),
}

_ROWS: dict[str, tuple[str, str]] = {
    "order": (
        "{later} ({later_date}) is before {earlier} ({earlier_date}). Correct one of the two dates.",
        "{later}（{later_date}）早于 {earlier}（{earlier_date}）。请更正其中一个日期。",
    ),
    "future-event": (
        (
            "The event is marked as held, but its date is after {as_of}, the date this record speaks for. "
            "Correct the date, set the status to planned, or move as_of."
        ),
        "活动状态为“held”（已举办），但日期晚于数据截止日 {as_of}。请更正日期、将状态改为 planned，或调整 as_of。",
    ),
    "undated-source": (
        (
            "A source of a public record needs the date of its publication. "
            "Write the latest date that is possible if no more is known (by 2014-09)."
        ),
        "公开记录的资料来源必须有发布日期。如不确切知道，请写最晚可能的日期（截至2014-09）。",
    ),
    "women": (
        "{women} women are more than the {total} people they are counted among ({among}). Correct one of the numbers.",
        "女性人数 {women} 大于总人数 {total}（{among}）。请更正其中一个数字。",
    ),
    "change-beside-levels": (
        (
            "change_percent is only for results whose levels are not known, but this row has before or after. "
            "Remove change_percent or the levels."
        ),
        "change_percent 仅用于不知道前后数值的情况，而本行已有 before 或 after。请删去其一。",
    ),
    "coordinates": (
        "Latitude lies between -90 and 90, longitude between -180 and 180. Write decimal degrees (WGS84).",
        "纬度应在 -90 到 90 之间，经度应在 -180 到 180 之间。请填写十进制度数（WGS84）。",
    ),
    "image-name": (
        "This is no file name of an image. Write the name only, without folders, ending in .png, .jpg or .jpeg.",
        "图片文件名无效。只写文件名，不带文件夹，以 .png、.jpg 或 .jpeg 结尾。",
    ),
    "image-missing": (
        "There is no such image beside the sheet. Put the image into the same folder as the file.",
        "表格所在文件夹中没有这张图片。请将图片放入同一文件夹。",
    ),
    "image-kind": (
        "The file is not the kind of image its name says. Save it again as PNG or JPEG.",
        "图片内容与文件名后缀不符或已损坏。请重新保存为 PNG 或 JPEG。",
    ),
    "image-size": (
        "The image has more than {most} million pixels. Save it smaller.",
        "图片超过 {most} 百万像素，请缩小后保存。",
    ),
    "second-programme": (
        "A database holds one programme, and this is a second row. Keep one row.",
        "一个数据库只存放一个项目，而这里有第二行。请只保留一行。",
    ),
    "other-programme": (
        "The database holds the programme {code}. Load this file into a database of its own, or correct the code.",
        "数据库中已有项目 {code}。请将本文件导入另一个数据库，或更正代码。",
    ),
    "no-programme": (
        (
            "The database is new and the file does not say which programme it is about. "
            "Add a sheet (or file) named programme with one row."
        ),
        "数据库是新建的，而文件没有说明属于哪个项目。请添加名为 programme 的工作表（或文件）并填写一行。",
    ),
}

_WARNINGS: dict[str, tuple[str, str]] = {
    "outlier": (
        (
            "The change of {change} lies far from the other {others} of this indicator (their middle is {median}). "
            "Check the numbers and the unit."
        ),
        "变化值 {change} 与该指标其他 {others} 个变化值相差很大（中位数 {median}）。请核对数字和单位。",
    ),
    "large-change": (
        "This is a change of {percent} %, more than 100 %. Check the numbers and the unit.",
        "变化幅度为 {percent} %，超过 100 %。请核对数字和单位。",
    ),
    "no-visit": (
        "The training is completed, but no visit is on record. Fill in visits_done if there was one.",
        "培训已完成，但没有入厂辅导记录。如有，请填写 visits_done。",
    ),
    "no-training": (
        "The enterprise {enterprise} has results but no training. Add its training, or check the code.",
        "企业 {enterprise} 有成果数据但没有培训记录。请补充培训记录，或核对代码。",
    ),
}

_DATABASE: dict[str, tuple[str, str]] = {
    "locked": (
        "Another load is writing to the database. Wait until it has finished and try again.",
        "数据库正被另一次导入占用。请待其完成后再试。",
    ),
    "changed-since": (
        "The record has changed since this was looked at. Look at it again before loading it.",
        "自上次预览以来数据已有变化。请重新预览后再导入。",
    ),
    "full": (
        "The disk is full. Nothing was changed; make room and try again.",
        "磁盘已满，数据未作任何更改。请腾出空间后再试。",
    ),
    "unwritable": (
        (
            "The database cannot be written: no permission for the file or its folder. "
            "Nothing was changed; check the permissions ({detail})."
        ),
        "数据库无法写入：没有文件或文件夹的权限。数据未作任何更改；请检查权限（{detail}）。",
    ),
    "schema": (
        (
            "The database was made by another version of this program ({detail}). "
            "Run `score-dashboard upgrade`; if it is of a newer version, start that one."
        ),
        "数据库由本程序的其他版本创建（{detail}）。请运行 `score-dashboard upgrade`；若其版本更新，请启动相应版本。",
    ),
    "database": (
        (
            "The database cannot be used ({detail}). Nothing was changed; "
            "check the address and that the database is running."
        ),
        "数据库无法使用（{detail}）。数据未作任何更改；请检查地址以及数据库是否在运行。",
    ),
}

_BATCHES: dict[str, tuple[str, str]] = {
    "no-batch": (
        "There is no batch {number}. Look it up in the list of batches.",
        "没有第 {number} 批数据。请在批次列表中查找。",
    ),
    "first-batch": (
        "Batch {number} made the database; nothing would be left without it. Correct its rows with another load.",
        "第 {number} 批数据建立了数据库，撤回后将一无所有。请通过再次导入更正其中的行。",
    ),
    "rolled-back": (
        "Batch {number} was rolled back already, by batch {by}. To have it back, roll back batch {by}.",
        "第 {number} 批数据已被第 {by} 批撤回。如需恢复，请撤回第 {by} 批。",
    ),
    "no-log": (
        "Of batch {number} it is not known how its rows were before. Correct them with another load.",
        "没有记录第 {number} 批数据导入前各行的内容。请通过再次导入更正。",
    ),
    "later-batches": (
        "Rows of batch {number} were changed by later batches. Roll back those first, the latest one first.",
        "第 {number} 批数据中的行已被后来的批次更改。请先从最新的批次开始撤回那些批次。",
    ),
    "still-referred": (
        "Rows that came in later refer to rows that batch {number} added. Roll back their batches first.",
        "后来导入的行引用了第 {number} 批新增的行。请先撤回那些批次。",
    ),
    "lacks-rows": (
        (
            "Rows that batch {number} took away refer to rows that are not there any more. "
            "Bring those back first, by rolling back the batch that took them away."
        ),
        "第 {number} 批移除的行引用了已不存在的行。请先撤回移除那些行的批次，使其恢复。",
    ),
}

SENTENCES: dict[str, tuple[str, str]] = {**_FILES, **_SHEETS, **_CELLS, **_ROWS, **_WARNINGS, **_DATABASE, **_BATCHES}
"""The English and the Chinese sentence of each reason, with named placeholders for the details."""


def sentences(reason: str, **details: object) -> tuple[str, str]:
    """The English and the Chinese sentence of `reason`, with its details filled in."""
    english, chinese = SENTENCES[reason]
    return english.format(**details), chinese.format(**details)
