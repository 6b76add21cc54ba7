"""What makes a listing trustworthy: moderation, flags, appeals, rules about goods, certificates, reviews."""
