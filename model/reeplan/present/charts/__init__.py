"""What figures are drawn with: pages, rows, ticks, fonts, colours; matplotlib below."""
