/// Word lists the fictional people are made of. No name stands for anybody.
enum CountyNames {
  static let first = [
    "James", "Mary", "Robert", "Patricia", "John", "Jennifer", "Michael", "Linda", "David",
    "Elizabeth", "William", "Barbara", "Richard", "Susan", "Joseph", "Jessica", "Thomas", "Karen",
    "Carlos", "Sarah", "Daniel", "Nancy", "Matthew", "Lisa", "Anthony", "Ashley", "Mark", "Kim",
    "Steven", "Emily", "Andrew", "Donna", "Joshua", "Michelle", "Kevin", "Carol", "Brian",
    "Amanda", "Tyler", "Melissa", "Jorge", "Deborah", "Edward", "Stephanie", "Ronald", "Rebecca",
    "Jason", "Laura", "Luis", "Cynthia", "Ryan", "Amy", "Jacob", "Kathleen", "Gary", "Angela",
    "Nicholas", "Shirley", "Eric", "Brenda", "Jonathan", "Pamela", "Larry", "Nicole", "Justin",
    "Dakota", "Scott", "Samantha", "Brandon", "Christine", "Marcus", "Tanya", "Dwayne", "Crystal",
    "Travis", "Misty", "Cody", "Amber", "Dustin", "Destiny", "Nguyet", "Minh", "Ivan", "Oksana",
    "José", "María", "René", "Renée", "André", "Zoë", "Jesús", "Inés", "Ramón", "Sofía", "Raúl",
    "Chloë", "Mary Ann", "Jean-Luc",
  ]

  static let last = [
    "Abbott", "Alder", "Ames", "Arroyo", "Ashford", "Baker", "Barlow", "Bell", "Benson", "Birch",
    "Blake", "Bowers", "Brand", "Briggs", "Brook", "Bryant", "Burke", "Byrd", "Calder", "Cannon",
    "Carver", "Castillo", "Chan", "Clay", "Cole", "Conley", "Cortez", "Crane", "Cross", "Dalton",
    "Delgado", "Dixon", "Dorsey", "Drake", "Duran", "Eastman", "Ellis", "Emery", "Espinoza",
    "Fairley", "Farrow", "Fields", "Finch", "Flores", "Fowler", "Frost", "Garrett", "Gibbs",
    "Glover", "Graves", "Greer", "Griffin", "Hale", "Hardin", "Hart", "Hayes", "Heath", "Holt",
    "Hood", "Hurst", "Ingram", "Ivers", "Jarvis", "Keller", "Kemp", "Kerr", "Knox", "Lake",
    "Lambert", "Lane", "Larkin", "Leal", "Lott", "Lynch", "Mack", "Maldonado", "March", "Marsh",
    "Mason", "Mercer", "Miles", "Moss", "Nash", "Nguyen", "Noble", "North", "Oakes", "Odom",
    "Orr", "Ortega", "Page", "Park", "Pratt", "Quinn", "Ramsey", "Reyes", "Rhodes", "Rios",
    "Rivers", "Rowe", "Salas", "Sandoval", "Sears", "Sharp", "Shaw", "Singh", "Sloan", "Snow",
    "Stark", "Stone", "Stout", "Tate", "Tran", "Trujillo", "Underhill", "Vance", "Vang", "Vega",
    "Wade", "Ware", "Webb", "West", "Wilder", "Winters", "Wolfe", "Wynn", "Yates", "York",
    "Peña", "Muñoz", "Núñez", "Ibáñez", "García", "Gómez", "Böhm", "Beauséjour", "Ordoñez",
    "O'Brien", "O'Dell", "D'Angelo", "St. Clair", "Van Horn", "De La Cruz", "Reyes-Soto",
    "Hart-Lowell",
  ]

  static let middle = ["A", "B", "C", "D", "E", "J", "L", "M", "R", "S", "T", "Lee", "Ann", "Ray"]

  static let street = ["Tiny", "Red", "Shorty", "Slim", "Doc", "Bear", "Ace", "Blue", "Smoke"]

  static let caseManagers = [
    "Robin Aldous", "Sam Okello", "Lee Marchetti", "Dana Whitlock", "Jo Pettibone", "Kai Lindgren",
  ]

  static let attorneys = ["T. Quillfeather", "M. Abernathy", "R. Osterhaus", "L. Castellane"]

  /// One of the hundred numbers reserved for fiction.
  static func phone(_ number: Int) -> String { "555-01\(padded(number % 100, 2))" }
}
