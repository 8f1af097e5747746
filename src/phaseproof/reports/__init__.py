"""What people look at: boards, letters about one item, lists of problems."""
