# Gem::Version over stdin's lines `a <TAB> b`; ! where it refuses one.
require 'rubygems'

STDIN.each_line do |line|
  first, second = line.chomp.split("\t", -1)
  correct = [first, second].all? { |text| Gem::Version.correct?(text) }
  puts correct ? (Gem::Version.new(first) <=> Gem::Version.new(second)) : '!'
end
