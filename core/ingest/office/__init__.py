"""Files of office programs: Word, Excel, PowerPoint, and tables as text."""
